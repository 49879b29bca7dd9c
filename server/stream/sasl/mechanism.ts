/** What a SASL mechanism is to the stream: messages in, steps out (RFC 6120 section 6). */

/** The conditions of RFC 6120 section 6.5. */
export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'credentials-expired'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'mechanism-too-weak'
  | 'not-authorized'
  | 'temporary-auth-failure';

export type SaslStep =
  | { readonly kind: 'challenge'; readonly data: Uint8Array }
  /** `data` goes with the success, as the server's signature of SCRAM does (RFC 6120 section 6.3.10). */
  | {
      readonly kind: 'success';
      readonly localpart: string;
      readonly data?: Uint8Array;
      /** Asked when it is time to answer: false when the proof is worth nothing any more. */
      readonly isStillGood?: () => boolean;
    }
  /** `localpart` when the failure counts as a wrong password for it. */
  | {
      readonly kind: 'failure';
      readonly condition: SaslCondition;
      readonly text?: string;
      readonly localpart?: string;
    };

/** One exchange. */
export interface Mechanism {
  /** Takes the client's next message; an initial response that is missing is undefined. */
  next(message: Uint8Array | undefined): SaslStep | Promise<SaslStep>;
}

export type ScramMechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

/** What the server knows of a password (RFC 5802 section 3). */
export interface ScramKeys {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

export interface Refusal {
  readonly condition: SaslCondition;
  readonly text: string;
}

/** The accounts, as far as signing in needs them. Localparts are prepared. */
export interface Authenticator {
  /** Keys of the account, or of nobody in a way that cannot be told from somebody's. */
  scramKeys(localpart: string, mechanism: ScramMechanism): ScramKeys;
  /** False only for accounts that have keys for other mechanisms and not for this one; nobody has all. */
  hasScramKeys(localpart: string, mechanism: ScramMechanism): boolean;
  checkPassword(localpart: string, password: string): Promise<boolean>;
  /** Why nobody may sign in to the account, for who has shown that it is his; undefined when he may. */
  refusal(localpart: string): Refusal | undefined;
  /** How long an answer to this account and address is held back now, because of failed attempts; Infinity when too many wait. */
  delayMs(localpart: string, address: string): number;
  failed(localpart: string, address: string): void;
  succeeded(localpart: string, address: string): void;
}

export function failure(condition: SaslCondition, text?: string): SaslStep {
  return text === undefined ? { kind: 'failure', condition } : { kind: 'failure', condition, text };
}

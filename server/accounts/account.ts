/** An account, as everybody sees it. */

/**
 * `pending`: registered by its owner, who waits to be let in. `deleted`: gone as far as anybody can see, but it can be
 * restored until it vanishes.
 */
export type AccountStatus = 'enabled' | 'disabled' | 'pending' | 'deleted';

export interface Account {
  /** Prepared (RFC 7622 section 3.3). */
  readonly localpart: string;
  /** One of `ROLES`, or a role of this installation's own. */
  readonly role: string;
  readonly status: AccountStatus;
  /** True for the status `enabled`. */
  readonly isEnabled: boolean;
  /** Temporary and without a password (XEP-0175): goes with its session, and is no person in any list. */
  readonly isGuest: boolean;
  /** Milliseconds since 1970, here and below. */
  readonly createdAt: number;
  /** From when on nobody can sign in to it; it then vanishes. Undefined for what is to last. */
  readonly expiresAt?: number | undefined;
  /** When an account that is deleted vanishes. */
  readonly vanishesAt?: number | undefined;
}

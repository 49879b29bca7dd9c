/** New SCRAM keys for an account that has a password already, from what its owner's client computes (XEP-0480). */
import {
  credentialOf,
  keyBytes,
  SALT_BYTES,
  SCRAM_MECHANISMS,
  type ScramMechanism,
  type StoredCredential,
} from './credentials.ts';

interface CredentialUpgradeOptions {
  readonly mechanism: ScramMechanism;
  /** All that the account has when the client begins to compute. */
  readonly before: readonly StoredCredential[];
  readonly iterations: number;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Writes the new keys if those that are there then are `isStillDue`; resolves with whether it has. */
  readonly replace: (
    credential: StoredCredential,
    isStillDue: (now: readonly StoredCredential[]) => boolean,
  ) => Promise<boolean>;
}

export class CredentialUpgrade {
  readonly #options: CredentialUpgradeOptions;
  readonly salt: Uint8Array;
  readonly iterations: number;

  constructor(options: CredentialUpgradeOptions) {
    const { mechanism, before, iterations, randomBytes } = options;
    this.#options = options;
    // The salt stays: it is what tells one password from the next.
    this.salt = before.find((credential) => credential.mechanism === mechanism)?.salt ?? randomBytes(SALT_BYTES);
    this.iterations = iterations;
  }

  /**
   * Takes RFC 5802's SaltedPassword. False when it has not the length of the hash, or the account has other keys by now:
   * SECURITY: what was computed from a password that has been changed must not let it in again.
   */
  async finish(saltedPassword: Uint8Array): Promise<boolean> {
    const { mechanism, before, replace } = this.#options;
    if (saltedPassword.length !== keyBytes(mechanism)) return false;
    return await replace(credentialOf(saltedPassword, mechanism, this), (now) =>
      before.every(({ mechanism: name, storedKey }) =>
        now.some(
          (credential) => credential.mechanism === name && Buffer.compare(credential.storedKey, storedKey) === 0,
        ),
      ),
    );
  }
}

/** Nothing for an account without any keys: it has no password. */
export function findOutdated(credentials: readonly StoredCredential[], iterations: number): readonly ScramMechanism[] {
  if (credentials.length === 0) return [];
  return SCRAM_MECHANISMS.filter((mechanism) => {
    const credential = credentials.find((known) => known.mechanism === mechanism);
    return credential === undefined || credential.iterations < iterations;
  });
}

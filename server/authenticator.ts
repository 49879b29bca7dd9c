/** The accounts as SASL sees them. */
import type { Accounts } from './accounts/accounts.ts';
import { MAX_SIGN_IN_DELAY_MS, type SignInAttempts } from './accounts/sign-in-attempts.ts';
import type { Authenticator } from './stream/sasl/mechanism.ts';

export function createAuthenticator(accounts: Accounts, attempts: SignInAttempts): Authenticator {
  return {
    scramKeys: (localpart, mechanism) =>
      accounts.credentials(localpart, mechanism) ?? accounts.decoy(localpart, mechanism),
    hasScramKeys(localpart, mechanism) {
      const credentials = accounts.allCredentials(localpart);
      return credentials.length === 0 || credentials.some((credential) => credential.mechanism === mechanism);
    },
    checkPassword: (localpart, password) => accounts.checkPassword(localpart, password),
    isEnabled: (localpart) => accounts.get(localpart)?.isEnabled ?? false,
    delayMs(localpart, address) {
      const delayMs = attempts.delayMs(localpart, address);
      return delayMs > MAX_SIGN_IN_DELAY_MS ? Number.POSITIVE_INFINITY : delayMs;
    },
    failed: (localpart, address) => attempts.failed(localpart, address),
    succeeded: (localpart, address) => attempts.succeeded(localpart, address),
  };
}

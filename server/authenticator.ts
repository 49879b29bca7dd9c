/** The accounts as SASL sees them. */
import type { Accounts } from './accounts/accounts.ts';
import type { SignInAttempts } from './accounts/sign-in-attempts.ts';
import type { Authenticator } from './stream/sasl/mechanism.ts';

export function createAuthenticator(accounts: Accounts, attempts: SignInAttempts): Authenticator {
  return {
    scramKeys: (localpart, mechanism) =>
      accounts.credentials(localpart, mechanism) ?? accounts.decoy(localpart, mechanism),
    checkPassword: (localpart, password) => accounts.checkPassword(localpart, password),
    isEnabled: (localpart) => accounts.get(localpart)?.isEnabled ?? false,
    delayMs: (localpart, address) => attempts.delayMs(localpart, address),
    failed: (localpart, address) => attempts.failed(localpart, address),
    succeeded: (localpart, address) => attempts.succeeded(localpart, address),
  };
}

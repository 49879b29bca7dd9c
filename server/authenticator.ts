/** The accounts as SASL sees them. */
import type { Accounts } from './accounts/accounts.ts';
import { checkPassword } from './accounts/credentials.ts';
import type { SignInAttempts } from './accounts/sign-in-attempts.ts';
import type { Authenticator } from './stream/sasl/mechanism.ts';

export function createAuthenticator(accounts: Accounts, attempts: SignInAttempts): Authenticator {
  return {
    scramKeys: (localpart, mechanism) => accounts.credentials(localpart, mechanism) ?? accounts.decoy(localpart, mechanism),
    // An unknown name costs the same work as a known one.
    checkPassword: (localpart, password) =>
      checkPassword(accounts.credentials(localpart, 'SCRAM-SHA-256') ?? accounts.decoy(localpart, 'SCRAM-SHA-256'), password),
    isEnabled: (localpart) => accounts.get(localpart)?.isEnabled ?? false,
    delayMs: (localpart, address) => attempts.delayMs(localpart, address),
    failed: (localpart, address) => attempts.failed(localpart, address),
    succeeded: (localpart, address) => attempts.succeeded(localpart, address),
  };
}

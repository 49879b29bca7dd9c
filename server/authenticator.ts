/** The accounts as SASL sees them. */
import type { Accounts } from './accounts/accounts.ts';
import { MAX_SIGN_IN_DELAY_MS, type SignInAttempts } from './accounts/sign-in-attempts.ts';
import type { Authenticator, Refusal } from './stream/sasl/mechanism.ts';

export function createAuthenticator(accounts: Accounts, attempts: SignInAttempts): Authenticator {
  return {
    scramKeys: (localpart, mechanism) =>
      accounts.credentials(localpart, mechanism) ?? accounts.decoy(localpart, mechanism),
    hasScramKeys(localpart, mechanism) {
      const credentials = accounts.allCredentials(localpart);
      return credentials.length === 0 || credentials.some((credential) => credential.mechanism === mechanism);
    },
    checkPassword: (localpart, password) => accounts.checkPassword(localpart, password),
    refusal: (localpart) => refusalOf(accounts, localpart),
    delayMs(localpart, address) {
      const delayMs = attempts.delayMs(localpart, address);
      return delayMs > MAX_SIGN_IN_DELAY_MS ? Number.POSITIVE_INFINITY : delayMs;
    },
    failed: (localpart, address) => attempts.failed(localpart, address),
    succeeded: (localpart, address) => attempts.succeeded(localpart, address),
  };
}

/** RFC 6120 sections 6.5.2 and 6.5.3. Clients that know no better show the text. */
function refusalOf(accounts: Accounts, localpart: string): Refusal | undefined {
  const account = accounts.get(localpart);
  if (account === undefined) return { condition: 'account-disabled', text: 'This account is gone.' };
  if (account.status !== 'deleted' && accounts.statuses.isOver(account)) {
    return { condition: 'credentials-expired', text: 'This account was for a limited time, which is over.' };
  }
  switch (account.status) {
    case 'enabled':
      return undefined;
    case 'disabled':
      return { condition: 'account-disabled', text: 'This account is switched off.' };
    case 'pending':
      return {
        condition: 'account-disabled',
        text: 'This account is not open yet: somebody who runs this server has to let you in. Try again later.',
      };
    case 'deleted':
      return { condition: 'account-disabled', text: 'This account has been deleted.' };
  }
}

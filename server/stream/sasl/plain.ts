/** PLAIN (RFC 4616). Off unless the host switches it on, and then only inside TLS. */
import { prepareLocalpart } from '../../jid/precis.ts';
import { isOwnAuthzid } from './authzid.ts';
import { type Authenticator, failure, type Mechanism, type SaslStep } from './mechanism.ts';

const EMPTY = new Uint8Array();

export function createPlain(authenticator: Authenticator, domain: string): Mechanism {
  return {
    next: async (message): Promise<SaslStep> => {
      if (message === undefined) return { kind: 'challenge', data: EMPTY };
      const parts = Buffer.from(message).toString('utf8').split('\0');
      const [authzid, username, password] = parts;
      if (parts.length !== 3 || authzid === undefined || !username || !password) {
        return failure('malformed-request');
      }
      const localpart = prepareLocalpart(username);
      if (localpart === undefined) return failure('not-authorized');
      const storedKey = () => Buffer.from(authenticator.scramKeys(localpart, 'SCRAM-SHA-256').storedKey);
      const before = storedKey();
      if (!(await authenticator.checkPassword(localpart, password))) {
        return { kind: 'failure', condition: 'not-authorized', localpart };
      }
      // SECURITY: held back and counted as a wrong password is, or asking like this would tell at once who has guessed right.
      if (!isOwnAuthzid(authzid, localpart, domain)) {
        return { kind: 'failure', condition: 'invalid-authzid', localpart };
      }
      // SECURITY: what was held back must not let anybody in with a password that has been changed meanwhile.
      return { kind: 'success', localpart, isStillGood: () => storedKey().equals(before) };
    },
  };
}

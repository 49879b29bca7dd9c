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
      if (!(await authenticator.checkPassword(localpart, password))) {
        return { kind: 'failure', condition: 'not-authorized', localpart };
      }
      if (!isOwnAuthzid(authzid, localpart, domain)) return failure('invalid-authzid');
      return { kind: 'success', localpart };
    },
  };
}

/** What becomes of stanzas between an account and an address that it has blocked (XEP-0191 section 3.3). */
import type { Jid } from '../../jid/jid.ts';
import type { Verdict } from '../../router/stages.ts';
import type { Session } from '../../session/session.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Iq, Message, Presence, Stanza } from '../../stanza/stanza.ts';
import { el } from '../../xml/element.ts';

const NS_BLOCKING_ERRORS = 'urn:xmpp:blocking:errors';

/** Section 3.3, the last example. */
const BLOCKED = new StanzaError('not-acceptable', undefined, {
  type: 'cancel',
  application: el('blocked', NS_BLOCKING_ERRORS),
});
/** SECURITY: without a sentence, so that it reads like the answer of an account that is not there. */
const OFFLINE = new StanzaError('service-unavailable');

type IsBlocked = (account: string, address: Jid) => boolean;

/** Whatever the account sends to a blocked address. The router answers neither errors nor results. */
export function createOutboundGuard(isBlocked: IsBlocked): (stanza: Stanza, sender: Session) => Verdict {
  return ({ to }, sender) => (to !== undefined && isBlocked(sender.account, to) ? BLOCKED : undefined);
}

export function createInboundGuards(isBlocked: IsBlocked) {
  return {
    message: ({ from, type }: Message, account: string): Verdict => {
      if (!isBlocked(account, from)) return undefined;
      // Those who are offline answer no headline either (RFC 6121 section 8.5.2.2). An error in answer to a groupchat
      // message would make the room throw the account out (XEP-0045, Service removes user because of error response).
      return type === 'chat' || type === 'normal' ? OFFLINE : 'handled';
    },
    presence: ({ from }: Presence, account: string): Verdict => (isBlocked(account, from) ? 'handled' : undefined),
    iq: ({ from, type }: Iq, account: string): Verdict => {
      if (!isBlocked(account, from)) return undefined;
      return type === 'get' || type === 'set' ? OFFLINE : 'handled';
    },
  };
}

/**
 * XEP-0379: Pre-Authenticated Roster Subscription, on the inviter's side. A request that carries the token of an invitation
 * is granted and answered with one in the other direction, without asking.
 */
import type { Invitation } from '../../administration/invitation.ts';
import { bareJid, type Jid, joinJid } from '../../jid/jid.ts';
import type { Verdict } from '../../router/stages.ts';
import { StandIn } from '../../session/stand-in.ts';
import { NS_CLIENT, type Presence } from '../../stanza/stanza.ts';
import { el } from '../../xml/element.ts';
import type { InvitationBook, InvitationsHost } from './book.ts';
import { NS_PARS } from './preauth.ts';
import type { Redeeming } from './redeeming.ts';

/** Looks at what comes for an account. Requests are held back while the use of their token is brought to disk. */
export function createContactGuard(
  host: InvitationsHost,
  book: InvitationBook,
  redeeming: Redeeming,
): (presence: Presence, account: string) => Verdict {
  const { domain, router, clock, log } = host;

  /** Section 4.1: with a token that is worth nothing it is a request like any other. */
  return (presence, account) => {
    if (presence.type !== 'subscribe') return undefined;
    const token = presence.element.child('preauth', NS_PARS)?.attr('token');
    if (token === undefined) return undefined;
    const invitation = book.find(token)?.invitation;
    if (invitation?.state !== 'open' || invitation.inviter !== account || invitation.localpart !== undefined) {
      return undefined;
    }
    redeem(presence, account, invitation).catch((error) =>
      log.error({ err: error, account }, 'a contact who was invited could not be added'),
    );
    return 'handled';
  };

  async function redeem(presence: Presence, account: string, invitation: Invitation): Promise<void> {
    const contact = bareJid(presence.from);
    const isTaken = await redeeming.takeContact(invitation, contact);
    if (!isTaken) return goOn(presence);
    log.info({ account, contact: contact.bare, invitation: invitation.id }, 'contact made with an invitation');
    if (contact.domain === domain) return;
    ask(account, contact, 'subscribed'); // approves the request in advance (RFC 6121 section 3.4)
    goOn(presence);
    ask(account, contact, 'subscribe');
  }

  function goOn(presence: Presence): void {
    const element = presence.element.without((child) => child.is('preauth', NS_PARS));
    if (presence.to !== undefined) void router.route({ ...presence, to: presence.to, element });
  }

  function ask(account: string, to: Jid, type: 'subscribe' | 'subscribed'): void {
    const from = joinJid(account, domain);
    const inviter = new StandIn({ account: from, principal: domain, nowMs: clock.now(), answered: () => undefined });
    const element = el('presence', NS_CLIENT, { from: from.full, to: to.full, type });
    void router.submit({ kind: 'presence', type, from, to, element }, inviter);
  }
}

/** Who learns by presence that an account has blocked or unblocked somebody (XEP-0191 sections 3.3 and 3.4). */
import { bareJid, type Jid, joinJid, parseJid } from '../../jid/jid.ts';
import type { RosterService } from '../../modulehost/services.ts';
import type { Router } from '../../router/router.ts';
import type { Sessions } from '../../session/sessions.ts';
import { withDelay } from '../../stanza/delay.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { type BlockList, matches } from './block-lists.ts';

interface PresenceOptions {
  readonly domain: string;
  readonly roster: RosterService;
  readonly sessions: Sessions;
  readonly router: Router;
  /** False for those whom an account cannot block, whatever its list says. */
  readonly canBlock: (account: string, address: Jid) => boolean;
}

/**
 * Tells those who came into the list that the account is gone, and those who left it that it is there again. Nobody is
 * told what he knows already: a contact may be blocked by his own address and by his domain.
 */
export function createPresenceChange({ domain, roster, sessions, router, canBlock }: PresenceOptions) {
  return (account: string, before: BlockList, after: BlockList): void => {
    const hasChanged = (address: Jid) =>
      canBlock(account, address) && matches(before, address) !== matches(after, address);
    for (const bare of acquaintances(account)) {
      const contact = parseJid(bare);
      if (contact === undefined || !hasChanged(contact)) continue;
      if (matches(after, contact)) {
        roster.withdrawPresence(account, bare);
        continue;
      }
      if (roster.isSubscribed(account, bare)) roster.sharePresence(account, bare);
      probe(account, contact);
    }
    for (const full of new Set([...before, ...after])) {
      const resource = parseJid(full);
      // Where the bare JID changed as well, all its resources have been told above.
      if (resource === undefined || resource.resource === '' || !hasChanged(resource) || hasChanged(bareJid(resource)))
        continue;
      if (matches(after, resource)) withdrawFrom(account, resource);
      else shareWith(account, resource);
    }
  };

  /** Bare JIDs of all who may have seen the account's presence, or whose presence it may have missed. */
  function acquaintances(account: string): ReadonlySet<string> {
    const found = new Set(roster.contacts(account));
    for (const { directed } of sessions.of(account).values()) for (const { bare } of directed.values()) found.add(bare);
    return found;
  }

  /** One resource of a contact; the roster speaks to all of them alike. */
  function withdrawFrom(account: string, to: Jid): void {
    const isSubscribed = roster.isSubscribed(account, to.bare);
    for (const { jid, isAvailable, directed } of sessions.of(account).values()) {
      if (!directed.delete(to.full) && !(isSubscribed && isAvailable)) continue;
      send(to, el('presence', NS_CLIENT, { type: 'unavailable', from: jid.full, to: to.full }));
    }
  }

  function shareWith(account: string, to: Jid): void {
    if (roster.isSubscribed(account, to.bare)) {
      for (const { presence, presenceAtMs } of sessions.of(account).values()) {
        if (presence !== undefined) send(to, withDelay(presence, domain, presenceAtMs).withAttr('to', to.full));
      }
    }
    probe(account, to);
  }

  /** What a contact said of himself meanwhile was dropped, so he is asked again (RFC 6121 section 4.3). */
  function probe(account: string, to: Jid): void {
    if (!roster.isSubscribedTo(account, to.bare) || !isAvailable(account)) return;
    if (to.domain === domain && !isAvailable(to.local, to.resource)) return; // there is nothing to hear
    send(to, el('presence', NS_CLIENT, { type: 'probe', from: joinJid(account, domain).full, to: to.full }));
  }

  /** Whether that resource is available, or any when none is named. */
  function isAvailable(account: string, resource = ''): boolean {
    if (resource !== '') return sessions.get(account, resource)?.isAvailable ?? false;
    for (const session of sessions.of(account).values()) if (session.isAvailable) return true;
    return false;
  }

  /** Nothing to contacts elsewhere while federation is off: nobody asked for the errors that trying would bring. */
  function send(to: Jid, presence: Element): void {
    if (router.routes.has(to.domain) || router.remote !== undefined) router.send(presence);
  }
}

/** Presence of the accounts' resources: broadcast, directed, unavailable, probes (RFC 6121 section 4). */
import { bareJid, type Jid } from '../../jid/jid.ts';
import type { PresenceHandler, Router } from '../../router/router.ts';
import type { SessionLifecycle } from '../../router/session-lifecycle.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import { StanzaError } from '../../stanza/error.ts';
import { NS_CLIENT, type Presence } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import type { Outward } from './outward.ts';
import { readPriority } from './priority.ts';
import type { Probes } from './probes.ts';
import type { Rosters } from './rosters.ts';
import { canSee, isSeenBy } from './subscription.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Of addresses with directed presence for one session: more rooms than anybody sits in, and no way to fill the memory. */
const MAX_DIRECTED = 1_000;
const ID_BYTES = 6;

export interface PresencesOptions {
  readonly rosters: Rosters;
  readonly subscriptions: Subscriptions;
  readonly probes: Probes;
  readonly outward: Outward;
  readonly router: Router;
  readonly sessions: Sessions;
  readonly lifecycle: Pick<SessionLifecycle, 'hooks'>;
  readonly randomId: (bytes: number) => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class Presences implements PresenceHandler {
  readonly #options: PresencesOptions;

  constructor(options: PresencesOptions) {
    this.#options = options;
  }

  outbound(presence: Presence, sender: Session): void {
    const { type, to } = presence;
    switch (type) {
      case 'available':
      case 'unavailable':
        if (to === undefined) this.#change(sender, presence.element, type);
        else this.#direct(presence, to, sender);
        return;
      case 'probe':
      case 'error':
        if (to !== undefined) this.#options.outward.route(presence, to, sender);
        return;
      default:
        if (to !== undefined) this.#options.subscriptions.outbound(type, presence, to, sender);
    }
  }

  inbound(presence: Presence & { readonly to: Jid }): void {
    const { type, to } = presence;
    switch (type) {
      case 'available':
      case 'unavailable':
      case 'error':
        this.#deliver(presence, to);
        return;
      case 'probe':
        this.#options.probes.answer(presence, to);
        return;
      default:
        this.#options.subscriptions.inbound(type, presence, to);
    }
  }

  /** A session is over: whoever saw it available hears of the end (sections 4.5.2 and 4.6.3). */
  ended(session: Session): void {
    if (session.presence === undefined && session.directed.size === 0) return;
    this.#change(session, el('presence', NS_CLIENT, { from: session.jid.full, type: 'unavailable' }), 'unavailable');
  }

  /** Shows a contact, who may be hidden from by now, all that they saw available as unavailable. */
  withdraw(account: string, contact: Jid): void {
    const { outward, sessions, rosters } = this.#options;
    const isSubscribed = isSeenBy(rosters.of(account).contacts.get(contact.bare)?.subscription ?? 'none');
    for (const session of sessions.of(account).values()) {
      const addressees = new Map<string, Jid>();
      if (isSubscribed && session.isAvailable) addressees.set(contact.bare, bareJid(contact));
      for (const directed of session.directed.values()) {
        if (directed.bare === contact.bare) addressees.set(directed.full, directed);
      }
      for (const to of addressees.values()) {
        session.directed.delete(to.full);
        outward.sendAnyway(session.jid, to, 'unavailable');
      }
    }
  }

  /** Contacts can be reached again, all at once: what they have missed, and what our people have. */
  greet(isBack: (contact: Jid) => boolean): void {
    const { sessions, rosters, subscriptions } = this.#options;
    const greeted = new Set<string>();
    for (const session of sessions.all()) {
      const { account } = session;
      if (!session.isAvailable || greeted.has(account)) continue;
      greeted.add(account);
      for (const { jid, subscription, isAsking } of rosters.of(account).contacts.values()) {
        if (!isBack(jid)) continue;
        if (isSeenBy(subscription)) subscriptions.showAvailable(account, jid);
        if (canSee(subscription)) this.#probe(session, jid);
        if (isAsking) this.#askAgain(session, jid);
      }
    }
  }

  /** Somebody will not be reached any longer: to them everybody here goes, as at the end of a session. */
  leave(isLeft: (contact: Jid) => boolean): void {
    const { sessions, rosters, outward } = this.#options;
    for (const session of sessions.all()) {
      const addressees = new Map<string, Jid>();
      if (session.isAvailable)
        for (const { jid, subscription } of rosters.of(session.account).contacts.values())
          if (isSeenBy(subscription) && isLeft(jid)) addressees.set(jid.full, jid);
      for (const jid of session.directed.values()) if (isLeft(jid)) addressees.set(jid.full, jid);
      for (const to of addressees.values()) {
        session.directed.delete(to.full);
        outward.send(session.jid, to, 'unavailable');
      }
    }
  }

  #change(session: Session, element: Element, type: 'available' | 'unavailable'): void {
    const before = { isAvailable: session.isAvailable, priority: session.priority };
    if (type === 'unavailable') this.#leave(session, element);
    else this.#appear(session, element);
    for (const hook of this.#options.lifecycle.hooks) hook.presenceChanged?.(session, before, element);
  }

  /** Initial and subsequent presence (sections 4.2.2 and 4.4.2). */
  #appear(session: Session, element: Element): void {
    const isInitial = !session.isAvailable;
    session.presence = element;
    session.presenceAtMs = this.#options.now();
    session.priority = readPriority(element);
    this.#tellOwnResources(session, element);
    if (isInitial) this.#hearOwnResources(session);
    this.#tellSubscribers(session, element, 'available');
    if (isInitial) this.#catchUp(session);
  }

  /** Unavailable presence: to all who saw the resource available, be it broadcast or directed (sections 4.5.2, 4.6.3). */
  #leave(session: Session, element: Element): void {
    const { outward, rosters } = this.#options;
    const wasAvailable = session.isAvailable;
    if (wasAvailable) {
      this.#tellSubscribers(session, element, 'unavailable');
      this.#tellOwnResources(session, element);
    }
    session.presence = undefined;
    session.presenceAtMs = 0;
    session.priority = 0;
    const { contacts } = rosters.of(session.account);
    const directed = [...session.directed.values()];
    session.directed.clear();
    for (const to of directed) {
      const hasHeard = wasAvailable && isSeenBy(contacts.get(to.bare)?.subscription ?? 'none');
      if (!hasHeard) outward.forward(session.jid, to, 'unavailable', element);
    }
  }

  /** To the account's available resources, the sender included: everybody is subscribed to themselves. */
  #tellOwnResources(sender: Session, element: Element): void {
    const addressed = element.withAttr('to', sender.jid.bare);
    for (const session of this.#options.sessions.of(sender.account).values()) {
      if (session.isAvailable) session.send(addressed);
    }
  }

  #hearOwnResources(session: Session): void {
    const { outward, sessions } = this.#options;
    for (const other of sessions.of(session.account).values()) {
      if (other !== session && other.presence !== undefined)
        session.send(outward.stampedPresence(other, other.presence).withAttr('to', session.jid.full));
    }
  }

  #tellSubscribers(session: Session, element: Element, type: 'available' | 'unavailable'): void {
    const { rosters, outward } = this.#options;
    for (const { jid, subscription } of rosters.of(session.account).contacts.values()) {
      if (isSeenBy(subscription)) outward.forward(session.jid, jid, type, element);
    }
  }

  /** What a new resource has missed: the contacts' presence (section 4.3.1) and requests without answer (section 3.1.3). */
  #catchUp(session: Session): void {
    const { rosters } = this.#options;
    for (const contact of rosters.of(session.account).contacts.values()) {
      if (canSee(contact.subscription)) this.#probe(session, contact.jid);
      if (contact.isAsking) this.#askAgain(session, contact.jid);
      if (contact.request !== undefined) session.send(contact.request);
    }
  }

  /**
   * Asks for a contact's presence. Within this server the probe comes from the new resource alone, so that the others,
   * which know already, hear nothing; and there is nothing to hear of an account of which no resource is available.
   */
  #probe(session: Session, contact: Jid): void {
    const { outward, sessions, randomId } = this.#options;
    if (!outward.isLocal(contact)) {
      outward.send(outward.bareOf(session.account), contact, 'probe', randomId(ID_BYTES));
    } else if (isAnyAvailable(sessions.of(contact.local))) {
      outward.send(session.jid, contact, 'probe');
    }
  }

  /** Section 3.1.2: a request to another server is repeated, in case it was lost on its way. */
  #askAgain(session: Session, contact: Jid): void {
    const { outward, randomId } = this.#options;
    if (outward.isLocal(contact)) return;
    outward.send(outward.bareOf(session.account), contact, 'subscribe', randomId(ID_BYTES));
  }

  /** Section 4.6.3: noted, so that the addressee hears of the end. */
  #direct(presence: Presence, to: Jid, sender: Session): void {
    const { outward, router } = this.#options;
    if (presence.type === 'unavailable') {
      sender.directed.delete(to.full);
    } else if (to.bare !== sender.jid.bare) {
      if (sender.directed.size >= MAX_DIRECTED && !sender.directed.has(to.full)) {
        router.refuse(
          presence,
          new StanzaError('resource-constraint', 'Too many addresses have directed presence.'),
          sender,
        );
        return;
      }
      sender.directed.set(to.full, to);
    }
    outward.route(presence, to, sender);
  }

  /** Sections 8.5.2 and 8.5.3: to a bare JID for all available resources, to a full JID for that one if it is connected. */
  #deliver(presence: Presence, to: Jid): void {
    const { sessions } = this.#options;
    const { element, from, type } = presence;
    const recipients = sessions.of(to.local);
    if (type === 'unavailable') for (const session of recipients.values()) session.directed.delete(from.full);
    if (to.resource !== '') {
      recipients.get(to.resource)?.send(element);
      return;
    }
    for (const session of recipients.values()) if (session.isAvailable) session.send(element);
  }
}

function isAnyAvailable(sessions: ReadonlyMap<string, Session>): boolean {
  for (const session of sessions.values()) if (session.isAvailable) return true;
  return false;
}

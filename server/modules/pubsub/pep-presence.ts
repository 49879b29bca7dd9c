/** What happens in PEP when somebody comes, changes or goes (XEP-0163 sections 4.3.3 and 4.3.4, XEP-0060 section 9). */
import { type Jid, joinJid, parseJid } from '../../jid/jid.ts';
import type { ContactAccess, RosterChange, RosterService } from '../../modulehost/services.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import type { Presence } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';
import { refuseRetrieval } from './access.ts';
import type { Engine } from './engine.ts';
import { endSubscription } from './expiry.ts';
import type { Interest, Interests } from './interests.ts';
import type { PubSubNode } from './node.ts';
import { sendLastItem } from './notifications.ts';
import { purgeOf } from './offline-purge.ts';
import type { SeenPresences } from './seen-presences.ts';
import { endTemporary } from './temporary.ts';

export interface PepPresenceOptions {
  readonly domain: string;
  readonly engine: Engine;
  readonly interests: Interests;
  readonly roster: RosterService;
  readonly sessions: Sessions;
  readonly seen: SeenPresences;
}

const NOTHING: Interest = new Set();

export class PepPresence {
  readonly #options: PepPresenceOptions;
  /** What sessions were sent the last items of already. */
  readonly #served = new WeakMap<Session, Interest>();
  /** Those that were asked what they want, or known to. */
  readonly #met = new WeakSet<Session>();

  constructor(options: PepPresenceOptions) {
    this.#options = options;
  }

  /** A client here is about to show itself: it is asked what it wants before anybody sees it. */
  announced(presence: Presence, session: Session): void {
    if (presence.to !== undefined || presence.type !== 'available') return;
    this.#ask(session, presence.element);
  }

  /** A session that has been there since before the server was started again (XEP-0198) has not been asked yet. */
  meet(session: Session): void {
    if (session.presence !== undefined && !this.#met.has(session)) this.#ask(session, session.presence);
  }

  /** The client has shown itself, or gone. */
  changed(session: Session): void {
    if (session.isAvailable) this.#serve(session);
    else this.#left(session);
  }

  /** Presence that came to an account: from another server, or directly. */
  came(presence: Presence, account: string): void {
    const { domain, roster } = this.#options;
    const { from, type } = presence;
    if (from.resource === '' || from.bare === this.#accountJid(account).bare) return;
    // A contact here is known by their session.
    const isContact = roster.isSubscribed(account, from.bare);
    const isKnown = from.domain === domain && isContact;
    const address = this.#accountJid(account);
    // SECURITY: whoever is asked what they want to hear learns that the account exists; strangers only where anybody may read.
    const isWorthAsking = isContact || this.#hasOpenNode(address);
    if (type === 'available' && !isKnown && isWorthAsking) this.#saw(address, from, presence.element);
    else if (type === 'unavailable' || type === 'error') this.#lost(address, from);
  }

  /** XEP-0163 section 7.1: who gains access is sent what there is, and who loses it is no subscriber any more. */
  rosterChanged({ account, contact, before, after }: RosterChange): void {
    const { engine } = this.#options;
    const space = engine.spaces.of(this.#accountJid(account));
    for (const node of space.nodes.values()) {
      const { access_model: model, roster_groups_allowed: allowed } = node.configuration;
      if (model === 'authorize' || model === 'whitelist') continue;
      const canRead = ({ isSubscribed, groups }: ContactAccess) =>
        isSubscribed && (model !== 'roster' || groups.some((group) => allowed.includes(group)));
      const isGained = canRead(after) && !canRead(before);
      if (refuseRetrieval(engine, space, node, contact) === undefined) {
        if (isGained) this.#sendToAll(account, node, contact);
        continue;
      }
      for (const { jid } of [...node.subscriptionsOf(contact)]) endSubscription(engine, space, node, jid.full);
    }
  }

  /** The account is gone: nobody has shown themselves to it. */
  removed(account: string): void {
    this.#options.seen.clear(this.#accountJid(account));
  }

  #ask(session: Session, presence: Element): void {
    const { interests } = this.#options;
    this.#met.add(session);
    interests.learn(this.#accountJid(session.account), session.jid, presence, () => this.#serve(session));
  }

  /** Sends a client here the last items of its own account and its contacts', of the nodes that it did not want before. */
  #serve(session: Session): void {
    const { interests, roster, domain } = this.#options;
    if (session.presence === undefined || session.isEnded) return;
    const wanted = interests.of(session.jid, session.presence);
    const served = this.#served.get(session) ?? NOTHING;
    const fresh = without(wanted, served);
    if (fresh.length === 0) return;
    this.#served.set(session, new Set([...served, ...fresh]));
    this.#sendLast(session.account, fresh, session.jid);
    for (const contact of roster.contacts(session.account)) {
      const jid = parseJid(contact);
      if (jid === undefined || jid.domain !== domain || !roster.isSubscribedTo(session.account, contact)) continue;
      if (roster.isSubscribed(jid.local, session.jid.bare)) this.#sendLast(jid.local, fresh, session.jid);
    }
  }

  #left(session: Session): void {
    const { engine, interests, sessions } = this.#options;
    this.#served.delete(session);
    interests.forget(session.jid);
    const others = [...sessions.of(session.account).values()].filter((other) => other !== session && other.isAvailable);
    endTemporary(engine, session.jid, others.length === 0);
    if (others.length === 0) purgeOf(engine, engine.spaces.of(this.#accountJid(session.account)), session.jid);
  }

  #hasOpenNode(address: Jid): boolean {
    for (const { configuration } of this.#options.engine.spaces.of(address).nodes.values()) {
      if (configuration.access_model === 'open') return true;
    }
    return false;
  }

  #saw(address: Jid, client: Jid, presence: Element): void {
    const { seen, interests } = this.#options;
    const before = seen.get(address, client);
    const former = before === undefined ? NOTHING : interests.of(client, before.presence);
    if (!seen.put(address, client, presence)) return;
    interests.learn(address, client, presence, (wanted) => {
      if (seen.get(address, client) === undefined) return;
      this.#sendLast(address.local, without(wanted, former), client);
    });
  }

  #lost(address: Jid, client: Jid): void {
    const { seen, interests, engine } = this.#options;
    if (!seen.remove(address, client)) return;
    if (!seen.isAnywhere(client)) interests.forget(client);
    endTemporary(engine, client, true, address);
  }

  #sendLast(account: string, nodes: readonly string[], to: Jid): void {
    const { engine } = this.#options;
    const space = engine.spaces.of(this.#accountJid(account));
    for (const id of nodes) {
      const node = space.nodes.get(id);
      if (node?.configuration.send_last_published_item !== 'on_sub_and_presence') continue;
      if (refuseRetrieval(engine, space, node, to) === undefined) sendLastItem(engine, space, node, to);
    }
  }

  /** To each of a contact's clients that wants it. */
  #sendToAll(account: string, { id }: PubSubNode, contact: Jid): void {
    const { domain, sessions, seen, interests } = this.#options;
    if (contact.domain === domain) {
      for (const { jid, presence } of sessions.of(contact.local).values()) {
        if (presence !== undefined && interests.of(jid, presence).has(id)) this.#sendLast(account, [id], jid);
      }
      return;
    }
    for (const { client, presence } of seen.of(this.#accountJid(account))) {
      if (client.bare === contact.bare && interests.of(client, presence).has(id)) this.#sendLast(account, [id], client);
    }
  }

  #accountJid(account: string): Jid {
    return joinJid(account, this.#options.domain);
  }
}

function without(wanted: Interest, served: Interest): readonly string[] {
  return [...wanted].filter((node) => !served.has(node));
}

/** The way out for presence that the server sends for an account: to local contacts, services, and remote ones alike. */
import { bareJid, type Jid, joinJid } from '../../jid/jid.ts';
import type { Router } from '../../router/router.ts';
import type { Session } from '../../session/session.ts';
import { withDelay } from '../../stanza/delay.ts';
import { NS_CLIENT, type Presence, type PresenceType } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';

export interface OutwardOptions {
  readonly domain: string;
  readonly router: Router;
}

/** True for whom the account is hidden from: blocked contacts (XEP-0191). */
export type IsHidden = (account: string, contact: Jid) => boolean;

export class Outward {
  /** Of the accounts. */
  readonly domain: string;
  readonly #router: Router;
  readonly #reasons = new Set<IsHidden>();
  readonly #stamped = new WeakMap<Element, Element>();

  constructor(options: OutwardOptions) {
    this.domain = options.domain;
    this.#router = options.router;
  }

  /** False for contacts elsewhere while federation is off: nobody asked for the errors that trying would bring. */
  canReach(jid: Jid): boolean {
    return this.#router.routes.has(jid.domain) || this.#router.remote !== undefined;
  }

  /** True when the JID is one of the accounts here, or would be. */
  isLocal(jid: Jid): boolean {
    return jid.domain === this.domain && jid.local !== '';
  }

  bareOf(account: string): Jid {
    return joinJid(account, this.domain);
  }

  /** Adds a reason to send somebody neither presence nor probes; the function takes it back. */
  hideFrom(isHidden: IsHidden): () => void {
    this.#reasons.add(isHidden);
    return () => this.#reasons.delete(isHidden);
  }

  /** Sends presence that the server makes itself, unless the account is hidden from the addressee. */
  send(from: Jid, to: Jid, type: PresenceType, id?: string): void {
    if (!this.#isHidden(from.local, to)) this.sendAnyway(from, to, type, id);
  }

  /** The same to those whom the account is hidden from as well: how subscriptions end, and how hiding begins. */
  sendAnyway(from: Jid, to: Jid, type: PresenceType, id?: string): void {
    const attributes = { from: from.full, to: to.full, type: type === 'available' ? undefined : type, id };
    this.#route(from, to, type, el('presence', NS_CLIENT, attributes));
  }

  /** Sends presence of a resource to `to`, unless the account is hidden from them. Only the root tag is written anew. */
  forward(from: Jid, to: Jid, type: 'available' | 'unavailable', element: Element): void {
    if (!this.#isHidden(from.local, to)) this.#route(from, to, type, element.withAttr('to', to.full));
  }

  /**
   * Shows the presence of an available resource to somebody who was not there when it came: with the time of that
   * (XEP-0203), so that the addressee's client can tell "online for hours" from "just arrived".
   */
  show(session: Session, to: Jid): void {
    if (session.presence !== undefined)
      this.forward(session.jid, to, 'available', this.stampedPresence(session, session.presence));
  }

  /** The presence of a resource with its time; made once, however many ask for it. */
  stampedPresence(session: Session, presence: Element): Element {
    const known = this.#stamped.get(presence);
    if (known !== undefined) return known;
    const stamped = withDelay(presence, this.domain, session.presenceAtMs);
    this.#stamped.set(presence, stamped);
    return stamped;
  }

  /** A client's own stanza; errors go back to that client. */
  route(presence: Presence, to: Jid, sender: Session): void {
    this.#router.route({ ...presence, to }, sender);
  }

  /** The same presence between bare JIDs, as subscription stanzas travel (section 3, implementation note). */
  stamped(presence: Presence, to: Jid): Presence {
    const from = bareJid(presence.from);
    const bareTo = bareJid(to);
    const element = presence.element.withAttr('from', from.full).withAttr('to', bareTo.full);
    return { ...presence, from, to: bareTo, element };
  }

  #route(from: Jid, to: Jid, type: PresenceType, element: Element): void {
    if (this.canReach(to)) this.#router.route({ kind: 'presence', type, from, to, element });
  }

  #isHidden(account: string, contact: Jid): boolean {
    for (const isHidden of this.#reasons) if (isHidden(account, contact)) return true;
    return false;
  }
}

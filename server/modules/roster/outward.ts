/** The way out for presence that the server sends for an account: to local contacts, services, and remote ones alike. */
import { bareJid, type Jid, joinJid } from '../../jid/jid.ts';
import type { Router } from '../../router/router.ts';
import type { Session } from '../../session/session.ts';
import { NS_CLIENT, type Presence, type PresenceType } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';

export interface OutwardOptions {
  readonly domain: string;
  readonly router: Router;
}

export class Outward {
  readonly #domain: string;
  readonly #router: Router;

  constructor(options: OutwardOptions) {
    this.#domain = options.domain;
    this.#router = options.router;
  }

  /** False for contacts elsewhere while federation is off: nobody asked for the errors that trying would bring. */
  canReach(jid: Jid): boolean {
    return this.#router.routes.has(jid.domain) || this.#router.remote !== undefined;
  }

  /** True when the JID is one of the accounts here, or would be. */
  isLocal(jid: Jid): boolean {
    return jid.domain === this.#domain && jid.local !== '';
  }

  bareOf(account: string): Jid {
    return joinJid(account, this.#domain);
  }

  /** Sends presence that the server makes itself. */
  send(from: Jid, to: Jid, type: PresenceType, id?: string): void {
    const attributes = { from: from.full, to: to.full, type: type === 'available' ? undefined : type, id };
    this.forward(from, to, type, el('presence', NS_CLIENT, attributes));
  }

  /** Sends `element` on to `to`; only its root tag is written anew. */
  forward(from: Jid, to: Jid, type: PresenceType, element: Element): void {
    if (!this.canReach(to)) return;
    const stanza = { kind: 'presence', type, from, to, element: element.withAttr('to', to.full) } as const;
    this.#router.route(stanza);
  }

  /** A broadcast's copy for one subscriber, unless a guard keeps it from them (section 4.2; blocking, XEP-0191). */
  share(session: Session, to: Jid, type: PresenceType, element: Element): void {
    if (!this.canReach(to)) return;
    const copy: Presence = { kind: 'presence', type, from: session.jid, to, element: element.withAttr('to', to.full) };
    for (const guard of this.#router.outbound.presence.guard) if (guard(copy, session) !== undefined) return;
    this.#router.route({ ...copy, to });
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
}

/**
 * Roster pushes (RFC 6121 section 2.1.6): to every interested resource, in the order of the modifications. While the
 * answer to a roster set waits for the disk, pushes wait behind it, because the answer comes before its own push.
 */
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { type Contact, itemElement, NS_ROSTER } from './contact.ts';

/** The mark of an interested resource in `Session.enabled`: it has asked for the roster (section 2.2). */
export const INTERESTED = 'roster';
const ID_BYTES = 6;

export interface RosterPushesOptions {
  readonly domain: string;
  readonly sessions: Sessions;
  readonly randomId: (bytes: number) => string;
}

interface Held {
  answers: number;
  readonly waiting: Element[];
}

export class RosterPushes {
  readonly #options: RosterPushesOptions;
  readonly #held = new Map<string, Held>();
  /** Told of each push when it is due, whether or not a resource is interested. */
  readonly listeners = new Set<(account: string, query: Element) => void>();

  constructor(options: RosterPushesOptions) {
    this.#options = options;
  }

  /** Tells the interested resources how `contact` is now, in the roster's new version. */
  push(account: string, contact: Contact, version: string): void {
    const query = el('query', NS_ROSTER, { ver: version }, itemElement(contact));
    const held = this.#held.get(account);
    if (held === undefined) this.#send(account, query);
    else held.waiting.push(query);
  }

  /** From now on pushes to this account wait, until the function that is returned is called. */
  hold(account: string): () => void {
    const held = this.#held.get(account) ?? { answers: 0, waiting: [] };
    this.#held.set(account, held);
    held.answers++;
    return () => {
      held.answers--;
      if (held.answers > 0) return;
      this.#held.delete(account);
      for (const query of held.waiting) this.#send(account, query);
    };
  }

  /** Sends a stanza to every interested resource, as subscription stanzas are (section 3). */
  deliver(account: string, stanza: Element): void {
    for (const session of this.#interested(account)) session.send(stanza);
  }

  #send(account: string, query: Element): void {
    const { domain, randomId } = this.#options;
    for (const listener of this.listeners) listener(account, query);
    const from = `${account}@${domain}`;
    for (const session of this.#interested(account)) {
      session.send(el('iq', NS_CLIENT, { type: 'set', id: randomId(ID_BYTES), from, to: session.jid.full }, query));
    }
  }

  *#interested(account: string): Iterable<Session> {
    for (const session of this.#options.sessions.of(account).values()) {
      if (session.enabled.has(INTERESTED)) yield session;
    }
  }
}

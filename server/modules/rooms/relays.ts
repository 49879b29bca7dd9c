/** What went from one occupant to another and may be answered: requests (XEP-0045 section 17.4), private messages. */
import type { Jid } from '../../jid/jid.ts';

export interface Relay {
  /** Full JID and id of the request. */
  readonly requester: Jid;
  readonly id: string;
  /** The occupant JID that was asked, from which the answer will seem to come. */
  readonly asked: Jid;
  /** Bare JID of whoever must answer. */
  readonly answerer: string;
}

/** Requests that wait at once; the oldest is forgotten, as clients stop waiting after a minute or so. */
const MAX_WAITING = 5_000;

/**
 * The answer comes back to the occupant JID of the requester, who may have several sessions there and must not be
 * recognised by the id: so the request travels under an id of our own.
 */
export class Relays {
  readonly #waiting = new Map<string, Relay>();
  readonly #private = new Set<string>();

  add(id: string, relay: Relay): void {
    forgetOldest(this.#waiting);
    this.#waiting.set(id, relay);
  }

  /**
   * A private message went from an occupant JID to `recipient` (a bare JID). Errors look the same whether they answer
   * such a message or one to everybody, of which nobody needs to hear that one did not get it.
   */
  addPrivate(from: Jid, recipient: string, id: string): void {
    forgetOldest(this.#private);
    this.#private.add(`${recipient} ${from.full} ${id}`);
  }

  /** True, once, when `recipient` got that private message. */
  takePrivate(from: Jid, recipient: string, id: string): boolean {
    return this.#private.delete(`${recipient} ${from.full} ${id}`);
  }

  /** The request that was sent as `id`, when it is `answerer` from whom an answer is awaited. */
  take(id: string, answerer: string): Relay | undefined {
    const relay = this.#waiting.get(id);
    if (relay?.answerer !== answerer) return undefined;
    this.#waiting.delete(id);
    return relay;
  }
}

/** Maps and sets keep the order in which things came. */
function forgetOldest(all: Map<string, unknown> | Set<string>): void {
  if (all.size < MAX_WAITING) return;
  for (const oldest of all.keys()) {
    all.delete(oldest);
    return;
  }
}

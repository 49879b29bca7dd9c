/** Requests that went from one occupant to another and whose answers are awaited (XEP-0045 section 17.4). */
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

  add(id: string, relay: Relay): void {
    if (this.#waiting.size >= MAX_WAITING) {
      for (const oldest of this.#waiting.keys()) {
        this.#waiting.delete(oldest);
        break;
      }
    }
    this.#waiting.set(id, relay);
  }

  /** The request that was sent as `id`, when it is `answerer` from whom an answer is awaited. */
  take(id: string, answerer: string): Relay | undefined {
    const relay = this.#waiting.get(id);
    if (relay?.answerer !== answerer) return undefined;
    this.#waiting.delete(id);
    return relay;
  }
}

/**
 * Clients that have shown themselves to an address of ours by presence, until they take it back: those on other servers,
 * and those here who sent it directly (XEP-0060 section 9.1.3).
 */
import type { Jid } from '../../jid/jid.ts';
import type { Element } from '../../xml/element.ts';

/** To one address, and to all of them. SECURITY: strangers can send presence as they like. */
const MAX_PER_ADDRESS = 1_000;
const MAX_IN_ALL = 50_000;
/** In UTF-16 units, of what is kept of one: capabilities and availability take a tenth of that. */
const MAX_LENGTH = 2_048;

export interface SeenPresence {
  readonly client: Jid;
  readonly presence: Element;
}

export class SeenPresences {
  /** By the bare JID of the address, then by the client's full JID. */
  readonly #byAddress = new Map<string, Map<string, SeenPresence>>();
  #count = 0;

  of(address: Jid): Iterable<SeenPresence> {
    return this.#byAddress.get(address.bare)?.values() ?? [];
  }

  *all(): Generator<SeenPresence> {
    for (const clients of this.#byAddress.values()) yield* clients.values();
  }

  get(address: Jid, client: Jid): SeenPresence | undefined {
    return this.#byAddress.get(address.bare)?.get(client.full);
  }

  /** False when there is no room for it. */
  put(address: Jid, client: Jid, whole: Element): boolean {
    const presence = essence(whole);
    if (presence.toXml().length > MAX_LENGTH) return false;
    const clients = this.#byAddress.get(address.bare) ?? new Map<string, SeenPresence>();
    const isNew = !clients.has(client.full);
    if (isNew && (clients.size >= MAX_PER_ADDRESS || this.#count >= MAX_IN_ALL)) return false;
    clients.set(client.full, { client, presence });
    this.#byAddress.set(address.bare, clients);
    if (isNew) this.#count++;
    return true;
  }

  /** True when it was there. */
  remove(address: Jid, client: Jid): boolean {
    const clients = this.#byAddress.get(address.bare);
    if (clients?.delete(client.full) !== true) return false;
    this.#count--;
    if (clients.size === 0) this.#byAddress.delete(address.bare);
    return true;
  }

  clear(address: Jid): void {
    this.#count -= this.#byAddress.get(address.bare)?.size ?? 0;
    this.#byAddress.delete(address.bare);
  }

  /** True while the client shows itself to anybody here. */
  isAnywhere(client: Jid): boolean {
    for (const clients of this.#byAddress.values()) if (clients.has(client.full)) return true;
    return false;
  }
}

/** What matters here of a presence. */
function essence(presence: Element): Element {
  const kept = presence.elements.filter(({ name }) => name === 'c' || name === 'show');
  return presence.withChildren(kept.map((child) => (child.name === 'c' ? child.withChildren([]) : child)));
}

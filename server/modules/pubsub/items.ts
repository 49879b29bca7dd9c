/**
 * The items of a node in the order in which they were published. Which there are is in memory once somebody asks; their
 * payloads stay on disk, but for those that are not there yet and for a small last one, which newcomers are sent.
 */
import type { Element } from '../../xml/element.ts';
import type { ItemRow, PubSubStore } from './store.ts';

/** Bytes. The last item of most nodes is far smaller; pictures are not worth their memory. */
const MAX_REMEMBERED_BYTES = 4_096;

/** An item without its payload. */
export interface ItemHead {
  readonly id: string;
  /** Grows with every publication in the node. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Bare JID. */
  readonly publisher: string;
  /** Of the payload as XML. */
  readonly bytes: number;
}

interface Kept extends ItemHead {
  payload: Element | undefined;
  isOnDisk: boolean;
}

export interface Item extends ItemHead {
  readonly payload: Element | undefined;
}

export class NodeItems {
  readonly #service: string;
  readonly #node: string;
  readonly #store: PubSubStore;
  #kept: Map<string, Kept> | undefined;
  /** Undefined when it has to be looked for. */
  #newest: Kept | undefined;

  /** `isNew` when nothing can be on disk. */
  constructor(store: PubSubStore, service: string, node: string, isNew: boolean) {
    this.#service = service;
    this.#node = node;
    this.#store = store;
    if (isNew) this.#kept = new Map();
  }

  get count(): number {
    return this.#load().size;
  }

  /** Oldest first. */
  heads(): Iterable<ItemHead> {
    return this.#load().values();
  }

  head(id: string): ItemHead | undefined {
    return this.#load().get(id);
  }

  get(id: string): Item | undefined {
    const kept = this.#load().get(id);
    return kept && this.#whole(kept);
  }

  last(): Item | undefined {
    const kept = this.#last();
    return kept && this.#whole(kept);
  }

  /** Puts an item at the end, in place of one with the same id. */
  put(item: Omit<Item, 'position'>): ItemHead {
    const all = this.#load();
    const before = this.#last();
    const kept: Kept = { ...item, position: (before?.position ?? 0) + 1, isOnDisk: false };
    all.delete(item.id);
    all.set(item.id, kept);
    this.#newest = kept;
    if (before !== undefined && before !== kept) this.#lighten(before);
    return kept;
  }

  remove(id: string): void {
    this.#load().delete(id);
    if (this.#newest?.id === id) this.#newest = undefined;
  }

  clear(): void {
    this.#kept = new Map();
    this.#newest = undefined;
  }

  /** The item is on disk now. */
  stored(head: ItemHead): void {
    const kept = this.#kept?.get(head.id);
    if (kept === undefined || kept !== head) return;
    kept.isOnDisk = true;
    this.#lighten(kept);
  }

  #whole(kept: Kept): Item {
    if (kept.payload !== undefined || kept.bytes === 0) return kept;
    const payload = this.#store.payload(this.#service, this.#node, kept.id);
    if (kept.bytes <= MAX_REMEMBERED_BYTES && kept === this.#last()) kept.payload = payload;
    return { ...kept, payload };
  }

  #lighten(kept: Kept): void {
    if (kept.isOnDisk && (kept.bytes > MAX_REMEMBERED_BYTES || kept !== this.#last())) kept.payload = undefined;
  }

  #last(): Kept | undefined {
    if (this.#newest !== undefined) return this.#newest;
    for (const kept of this.#load().values()) this.#newest = kept; // the map has them in the order of publication
    return this.#newest;
  }

  #load(): Map<string, Kept> {
    this.#kept ??= new Map(
      this.#store
        .heads(this.#service, this.#node)
        .map((row: ItemRow) => [row.id, { ...row, payload: undefined, isOnDisk: true }]),
    );
    return this.#kept;
  }
}

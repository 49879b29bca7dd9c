/** One block list: a pubsub node whose items are named by the hashes of addresses. */
import { type Jid, parseJid } from '../../jid/jid.ts';

/** Where a list is published. */
export interface Source {
  readonly service: Jid;
  readonly node: string;
  /** As in the setting: `service/node`. */
  readonly name: string;
}

const HASH = /^[0-9a-f]{64}$/i;

/** Undefined when `name` is not written as `service/node`. */
export function readSource(name: string): Source | undefined {
  const slash = name.indexOf('/');
  const node = name.slice(slash + 1);
  const service = slash <= 0 || node === '' ? undefined : parseJid(name.slice(0, slash));
  return service && { service, node, name };
}

/** The hash that an item's id is, as it is compared; undefined for an id that is none. */
export function readHash(id: string | undefined): string | undefined {
  return id !== undefined && HASH.test(id) ? id.toLowerCase() : undefined;
}

/** The hashes of one list. */
export class BlockList {
  readonly source: Source;
  readonly #maxHashes: number;
  readonly #hashes: Set<string>;
  /** What was told while the whole list was on its way: newer than that. */
  #told: Map<string, boolean> | undefined;

  constructor(source: Source, hashes: Iterable<string>, maxHashes: number) {
    this.source = source;
    this.#maxHashes = maxHashes;
    this.#hashes = new Set(hashes);
  }

  has(hash: string): boolean {
    return this.#hashes.has(hash);
  }

  get size(): number {
    return this.#hashes.size;
  }

  /** Puts a hash on the list, or takes it off; false when that changes nothing. */
  tell(hash: string, isListed: boolean): boolean {
    if (this.#told !== undefined && this.#told.size < this.#maxHashes) this.#told.set(hash, isListed);
    if (!isListed) return this.#hashes.delete(hash);
    if (this.#hashes.has(hash) || this.#hashes.size >= this.#maxHashes) return false;
    this.#hashes.add(hash);
    return true;
  }

  clear(): readonly string[] {
    const all = [...this.#hashes];
    for (const hash of all) this.tell(hash, false);
    return all;
  }

  /** From now on what is told is remembered until the whole list is there. */
  beginFetch(): void {
    this.#told = new Map();
  }

  /** The whole list has come, or has not. Gives what changed by it. */
  endFetch(fetched: ReadonlySet<string> | undefined): {
    readonly added: readonly string[];
    readonly removed: readonly string[];
  } {
    const told = this.#told;
    this.#told = undefined;
    if (fetched === undefined) return { added: [], removed: [] };
    const wanted = new Set(fetched);
    for (const [hash, isListed] of told ?? []) {
      if (isListed) wanted.add(hash);
      else wanted.delete(hash);
    }
    const removed = [...this.#hashes].filter((hash) => !wanted.has(hash)).filter((hash) => this.tell(hash, false));
    const added = [...wanted].filter((hash) => this.tell(hash, true));
    return { added, removed };
  }
}

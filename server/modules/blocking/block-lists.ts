/**
 * The block lists in memory: read once per account, changed together with what is on disk, asked for every stanza.
 * A list is never changed in place, so that what it was can be compared with what it is.
 */
import type { Jid } from '../../jid/jid.ts';
import type { BlockingStore } from './store.ts';

/** Prepared JIDs of any of the four shapes: full, bare, domain with resource, domain. */
export type BlockList = ReadonlySet<string>;

const NOBODY: BlockList = new Set();

/** Section 5, JID Matching. Every item blocks, so the order in which they are tried makes no difference. */
export function matches(list: BlockList, { full, bare, domain }: Jid): boolean {
  return list.size > 0 && (list.has(full) || list.has(bare) || list.has(domain));
}

export class BlockLists {
  readonly #store: BlockingStore;
  readonly #lists = new Map<string, BlockList>();

  constructor(store: BlockingStore) {
    this.#store = store;
  }

  of(account: string): BlockList {
    return this.#lists.get(account) ?? this.#load(account);
  }

  /** Blocks at once; resolves when it is on disk. */
  add(account: string, jids: readonly string[]): Promise<void> {
    this.#replace(account, new Set([...this.of(account), ...jids]));
    return this.#kept(account, this.#store.add(account, jids));
  }

  /** Unblocks at once; resolves when it is on disk. */
  remove(account: string, jids: readonly string[]): Promise<void> {
    this.#replace(account, new Set([...this.of(account)].filter((jid) => !jids.includes(jid))));
    return this.#kept(account, this.#store.remove(account, jids));
  }

  removeAll(account: string): Promise<void> {
    this.#replace(account, NOBODY);
    return this.#kept(account, this.#store.removeAll(account));
  }

  #replace(account: string, list: BlockList): void {
    this.#lists.set(account, list.size === 0 ? NOBODY : list);
  }

  /** What could not be kept is not in force either: the list is read anew. */
  async #kept(account: string, written: Promise<void>): Promise<void> {
    try {
      await written;
    } catch (error) {
      this.#lists.delete(account);
      throw error;
    }
  }

  #load(account: string): BlockList {
    const jids = this.#store.read(account);
    const list = jids.length === 0 ? NOBODY : new Set(jids);
    this.#lists.set(account, list);
    return list;
  }
}

/**
 * Keeps one account's bookmarks the same in all places where clients look for them. The items of XEP-0402 are what
 * counts; the older list in PEP is written anew whenever they change, and private storage has no list of its own.
 *
 * PEP tells of changes in the turn in which they are made, and what is published here is seen by the next read. So each
 * change is carried over completely before the next one is looked at, and both are on disk together or not at all.
 */
import type { Logger } from '../../log/log.ts';
import type { PepChange, PepNodeOptions, PepService } from '../../modulehost/services.ts';
import type { Element } from '../../xml/element.ts';
import { NS_BOOKMARKS, NS_STORAGE } from './conference.ts';
import {
  additionsOf,
  type Bookmark,
  type Bookmarks,
  changesOf,
  joined,
  listOf,
  readBookmarks,
  type Seen,
  showsTheSame,
  united,
} from './list.ts';

/** XEP-0402 section 3.3. */
const NATIVE_NODE: PepNodeOptions = { accessModel: 'whitelist', maxItems: 'max', sendLastPublishedItem: 'never' };
/** Clients of the older list hear of it when they come, as they always did (XEP-0048 section 3.2). */
const LIST_NODE: PepNodeOptions = {
  accessModel: 'whitelist',
  maxItems: 1,
  sendLastPublishedItem: 'on_sub_and_presence',
};
/** The id that XEP-0048 section 3.1 gives the one item. */
const LIST_ID = 'current';

/**
 * What private storage takes, and room for a thousand bookmarks. SECURITY: each change of one bookmark writes the whole
 * list, so that large ones would cost the disk many times what they are.
 */
const MAX_LIST_BYTES = 256 * 1024;

export class Unifier {
  readonly #pep: PepService;
  readonly #log: Logger;
  /** What is being written for a change that is being carried over at the moment; undefined when none is. */
  #writes: Promise<void>[] | undefined;

  constructor(pep: PepService, log: Logger) {
    this.#pep = pep;
    this.#log = log;
  }

  /** All bookmarks as the older list. */
  list(account: string): Element {
    return listOf(this.#bookmarks(account), this.#storedList(account));
  }

  /** Replaces the list, as far as the client has `seen` what it replaces. Resolves when it is on disk. */
  replace(account: string, list: Element, seen: Seen | undefined): Promise<void> {
    return this.#carry(() => {
      this.#apply(account, list, seen);
      this.#writeList(account, joined(list, this.#storedList(account)));
    });
  }

  /** Adds what a list names and nobody has bookmarked; takes nothing away. Resolves when it is on disk. */
  add(account: string, list: Element): Promise<void> {
    return this.#carry(() => {
      this.#publish(account, additionsOf(list, this.#bookmarks(account)));
      const stored = this.#storedList(account);
      this.#writeList(account, stored === undefined ? list : united(stored, list));
    });
  }

  /** Makes the two nodes of PEP agree, of which one may have changed alone. Resolves when it is on disk. */
  agree(account: string): Promise<void> {
    const list = this.#storedList(account);
    return this.#carry(() => {
      if (list !== undefined) this.#publish(account, additionsOf(list, this.#bookmarks(account)));
      this.#writeList(account, list);
    });
  }

  /** Carries over what somebody did in PEP. */
  follow({ account, node, published }: PepChange): void {
    if (this.#writes !== undefined) return; // our own doing
    if (node === NS_BOOKMARKS) {
      this.#carryAlone(account, () => this.#writeList(account, this.#storedList(account)));
    } else if (node === NS_STORAGE) {
      // Who deletes the old list has moved on to the items, or means to; the bookmarks themselves stay.
      const list = published.at(-1)?.payload;
      if (list?.is('storage', NS_STORAGE) !== true) return;
      this.#carryAlone(account, () => {
        this.#apply(account, list, undefined);
        this.#writeList(account, list);
      });
    }
  }

  #apply(account: string, list: Element, seen: Seen | undefined): void {
    const { published, retracted } = changesOf(list, this.#bookmarks(account), seen);
    this.#publish(account, published);
    for (const id of retracted) this.#write(this.#pep.retract(account, NS_BOOKMARKS, id));
  }

  #publish(account: string, bookmarks: readonly Bookmark[]): void {
    if (bookmarks.length === 0) return;
    for (const { id, conference } of bookmarks) {
      this.#write(this.#pep.publish(account, NS_BOOKMARKS, { id, payload: conference }, NATIVE_NODE));
    }
  }

  /** Brings the list in PEP up to date; what only the older spelling knows is taken from `former`. */
  #writeList(account: string, former: Element | undefined): void {
    const list = listOf(this.#bookmarks(account), former);
    const stored = this.#storedList(account);
    if (stored === undefined) {
      if (list.elements.length === 0) return;
    } else if (former === stored ? showsTheSame(list, stored) : list.toXml() === stored.toXml()) return;
    if (Buffer.byteLength(list.toXml()) > MAX_LIST_BYTES) {
      this.#log.debug({ account }, 'bookmarks are too large for the older list');
      return;
    }
    this.#write(this.#pep.publish(account, NS_STORAGE, { id: LIST_ID, payload: list }, LIST_NODE));
  }

  /** Resolves when all that `work` writes is on disk. */
  #carry(work: () => void): Promise<void> {
    const writes: Promise<void>[] = [];
    this.#writes = writes;
    try {
      work();
    } finally {
      this.#writes = undefined;
    }
    return Promise.all(writes).then(() => undefined);
  }

  /** For changes that nobody waits for here: the client's own request tells whether it is on disk. */
  #carryAlone(account: string, work: () => void): void {
    this.#carry(work).catch((error) => this.#log.warn({ err: error, account }, 'bookmarks were not carried over'));
  }

  #write(written: Promise<void>): void {
    this.#writes?.push(written);
  }

  #bookmarks(account: string): Bookmarks {
    return readBookmarks(this.#pep.items(account, NS_BOOKMARKS));
  }

  #storedList(account: string): Element | undefined {
    const payload = this.#pep.item(account, NS_STORAGE)?.payload;
    return payload?.is('storage', NS_STORAGE) === true ? payload : undefined;
  }
}

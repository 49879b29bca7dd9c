/**
 * Messages on their way to other servers, on disk until they are there. A client whose message has been acknowledged
 * (XEP-0198) has the promise that it arrives or comes back, whatever becomes of this process: the row is in the group
 * commit that the `<a/>` waits for in any case. It is deleted in batches, so a crash may send a message twice, but
 * never loses one.
 */
import type { Clock, Timer } from '../clock/clock.ts';
import { parseJid } from '../jid/jid.ts';
import { readStanza } from '../router/read-stanza.ts';
import { withDelay } from '../stanza/delay.ts';
import type { Message } from '../stanza/stanza.ts';
import type { Reader } from '../store/reader.ts';
import type { Writer } from '../store/writer.ts';
import type { Element } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import * as store from './store.ts';

/** How long a row may outlive its message. */
const DELETE_MS = 100;
/** SECURITY: what all waiting messages may take: the links limit what waits for one domain, this what waits in all. */
const MAX_BYTES = 64 * 1024 * 1024;
/**
 * SECURITY: of these, what may be of one sender, so that nobody takes the room of others: half of what may wait for one
 * domain (see LINK_LIMITS).
 */
const MAX_BYTES_OF_SENDER = 4 * 1024 * 1024;
const MAX_OF_SENDER = 2_500;
const PAGE = 500;

export interface DurableQueueOptions {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  /** Of the accounts: who says, in a delay, since when a message has been waiting. */
  readonly domain: string;
}

/** A message of an earlier run. */
export interface LeftOver {
  readonly message: Message;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

interface Share {
  count: number;
  bytes: number;
}

interface Kept {
  /** Bare JID. */
  readonly sender: string;
  readonly id: number;
  readonly size: number;
  readonly atMs: number;
}

export class DurableQueue {
  readonly #options: DurableQueueOptions;
  /** By the very element that was given to the links. */
  readonly #kept = new Map<Element, Kept>();
  readonly #shares = new Map<string, Share>();
  #lastId: number;
  /** The last row of an earlier run that has not been told of. */
  #leftTo: number;
  #bytes = 0;
  #deleted: number[] = [];
  #deleting: Timer | undefined;

  constructor(options: DurableQueueOptions) {
    this.#options = options;
    this.#lastId = store.readLastId(options.reader);
    this.#leftTo = this.#lastId;
  }

  get length(): number {
    return this.#kept.size;
  }

  /** Of the stanzas as XML, in UTF-16 units. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Since when the oldest one waits, in milliseconds since 1970; undefined when none does. */
  get oldestAtMs(): number | undefined {
    for (const { atMs } of this.#kept.values()) return atMs;
    return undefined;
  }

  /** False when there is no room for it. */
  keep(element: Element): boolean {
    const stanza = element.toXml();
    if (this.#bytes + stanza.length > MAX_BYTES) return false;
    const { count, bytes } = this.#shares.get(senderOf(element)) ?? NOTHING;
    if (count >= MAX_OF_SENDER || bytes + stanza.length > MAX_BYTES_OF_SENDER) return false;
    const row = { id: ++this.#lastId, atMs: this.#options.clock.now(), stanza };
    // Not waited for: an <a/> waits for everything that was written before it. The store says why when it refuses.
    this.#options.writer.write([store.insertQueued(row)]).catch(() => undefined);
    this.#enter(element, row);
    return true;
  }

  /** It has arrived, or has been sent back. Nothing happens for what is not kept. */
  forget(element: Element): void {
    const kept = this.#kept.get(element);
    if (kept === undefined) return;
    this.#kept.delete(element);
    this.#bytes -= kept.size;
    this.#release(kept);
    this.#delete(kept.id);
  }

  /** Everything that is neither there nor sent back. */
  get elements(): readonly Element[] {
    return [...this.#kept.keys()];
  }

  has(element: Element): boolean {
    return this.#kept.has(element);
  }

  /**
   * What an earlier run left, oldest first; it is kept on, under the element that comes out here. Told once: afterwards
   * the memory knows better than rows whose deletion may be under way. Rows that cannot be read are deleted.
   */
  *leftOvers(): Generator<LeftOver> {
    const { reader, domain } = this.#options;
    const lastId = this.#leftTo;
    this.#leftTo = 0;
    for (let afterId = 0; afterId < lastId; ) {
      const rows = store.readQueued(reader, afterId, PAGE);
      for (const row of rows) {
        afterId = row.id;
        if (row.id > lastId) return;
        const message = readMessage(row.stanza);
        if (message === undefined) {
          this.#delete(row.id);
          continue;
        }
        const element = withDelay(message.element, domain, row.atMs);
        this.#enter(element, row);
        yield { message: { ...message, element }, atMs: row.atMs };
      }
      if (rows.length < PAGE) return;
    }
  }

  /** Writes what may be deleted without waiting for more, as before the end. */
  flush(): void {
    this.#deleting?.cancel();
    this.#deleting = undefined;
    const ids = this.#deleted;
    if (ids.length === 0) return;
    this.#deleted = [];
    this.#options.writer.write([store.deleteQueued(ids)]).catch(() => undefined);
  }

  #enter(element: Element, { id, atMs, stanza }: store.QueuedRow): void {
    const sender = senderOf(element);
    this.#kept.set(element, { id, size: stanza.length, atMs, sender });
    this.#bytes += stanza.length;
    const share = this.#shares.get(sender) ?? { ...NOTHING };
    share.count++;
    share.bytes += stanza.length;
    this.#shares.set(sender, share);
  }

  #release({ sender, size }: Kept): void {
    const share = this.#shares.get(sender);
    if (share === undefined) return;
    share.count--;
    share.bytes -= size;
    if (share.count === 0) this.#shares.delete(sender);
  }

  #delete(id: number): void {
    this.#deleted.push(id);
    this.#deleting ??= this.#options.clock.after(DELETE_MS, () => this.flush());
  }
}

const NOTHING: Readonly<Share> = { count: 0, bytes: 0 };

function senderOf(element: Element): string {
  return parseJid(element.attr('from') ?? '')?.bare ?? '';
}

function readMessage(xml: string): Message | undefined {
  try {
    const stanza = readStanza(parseXml(xml));
    return stanza?.kind === 'message' ? stanza : undefined;
  } catch {
    return undefined;
  }
}

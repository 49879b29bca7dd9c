/**
 * The messages of those who are away. What belongs to an account is known in memory from the first message or login on,
 * and written through, so that a message which is still being written when its recipient logs in is neither missed nor
 * doubled. A row goes when its recipient's client has the message: once it acknowledges it (XEP-0198), or, for a client
 * without stream management, once it was written to its stream.
 */
import type { Clock } from '../../clock/clock.ts';
import type { Session } from '../../session/session.ts';
import { withDelay } from '../../stanza/delay.ts';
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import type { Element } from '../../xml/element.ts';
import {
  type Kept,
  readLastId,
  readMessages,
  readSizes,
  removeMessage,
  removeMessagesOf,
  storeMessage,
} from './store.ts';

const PAGE = 50;
/** Bytes that may wait for the client's socket: far below what ends a session, enough to keep a fast one busy. */
const MAX_AHEAD_BYTES = 512 * 1024;
const PAUSE_MS = 200;

interface Mailbox {
  readonly account: string;
  /** All messages, in order, until the client has them, with their sizes in bytes. */
  readonly sizes: Map<number, number>;
  /** The sum of the sizes. */
  bytes: number;
  /** Of those, what may not be on disk yet. */
  readonly writing: Map<number, Kept>;
  /** Of those, what a session was given and has not acknowledged. */
  readonly handed: Map<number, Session>;
}

export interface MailboxesOptions {
  readonly domain: string;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly maxMessages: () => number;
  readonly maxBytes: () => number;
}

export class Mailboxes {
  readonly #options: MailboxesOptions;
  readonly #opened = new Map<string, Mailbox>();
  /** Sessions that wait until their socket takes more. */
  readonly #paused = new Set<Session>();
  #acknowledged: number[] = [];
  #lastId: number;

  constructor(options: MailboxesOptions) {
    this.#options = options;
    this.#lastId = readLastId(options.reader);
  }

  /** Keeps a message; false when the account has too many already. */
  keep(account: string, element: Element): boolean {
    const { writer, clock, maxMessages, maxBytes } = this.#options;
    const mailbox = this.#open(account);
    if (mailbox.sizes.size >= maxMessages()) return false;
    const stanza = element.toXml();
    const size = Buffer.byteLength(stanza);
    if (mailbox.bytes + size > maxBytes()) return false;
    const kept: Kept = { id: ++this.#lastId, element, receivedAtMs: clock.now() };
    mailbox.sizes.set(kept.id, size);
    mailbox.bytes += size;
    mailbox.writing.set(kept.id, kept);
    writer.write([storeMessage(account, kept, stanza)]).then(
      () => mailbox.writing.delete(kept.id),
      () => {
        // Logged by the writer. Stream management has not acknowledged it to its sender, so it is not lost silently.
        mailbox.writing.delete(kept.id);
        forget(mailbox, kept.id);
      },
    );
    return true;
  }

  /** Gives a session all that is kept for its account and not given to another one, in order. */
  deliver(session: Session): void {
    if (!this.#paused.has(session)) this.#deliverAfter(session, 0);
  }

  /** A session is over: what it did not acknowledge goes to the next one. True when there is any. */
  takeBack(session: Session): boolean {
    this.#paused.delete(session);
    const mailbox = this.#opened.get(session.account);
    if (mailbox === undefined) return false;
    for (const [id, holder] of mailbox.handed) if (holder === session) mailbox.handed.delete(id);
    return mailbox.sizes.size > mailbox.handed.size;
  }

  clear(account: string): void {
    this.#opened.set(account, createMailbox(account, new Map()));
    this.#options.writer.write([removeMessagesOf(account)]);
  }

  #open(account: string): Mailbox {
    const opened = this.#opened.get(account);
    if (opened !== undefined) return opened;
    const mailbox = createMailbox(account, readSizes(this.#options.reader, account));
    this.#opened.set(account, mailbox);
    return mailbox;
  }

  #deliverAfter(session: Session, afterId: number): void {
    const { reader } = this.#options;
    const mailbox = this.#open(session.account);
    let lastId = afterId;
    for (;;) {
      if (mailbox.sizes.size === mailbox.handed.size) return;
      const page = readMessages(reader, session.account, lastId, PAGE);
      const messages = page.length > 0 ? page : [...mailbox.writing.values()];
      for (const kept of messages) {
        if (this.#isBusy(session)) {
          this.#pause(session, lastId);
          return;
        }
        this.#hand(mailbox, kept, session);
        lastId = kept.id;
      }
      if (page.length === 0) return;
    }
  }

  #hand(mailbox: Mailbox, kept: Kept, session: Session): void {
    const { id, element, receivedAtMs } = kept;
    if (!mailbox.sizes.has(id) || mailbox.handed.has(id)) return;
    mailbox.handed.set(id, session);
    session.outbox.send(withDelay(element, this.#options.domain, receivedAtMs), () => this.#hasArrived(mailbox, id));
  }

  #hasArrived(mailbox: Mailbox, id: number): void {
    mailbox.handed.delete(id);
    if (!forget(mailbox, id)) return;
    this.#acknowledged.push(id);
    if (this.#acknowledged.length === 1) queueMicrotask(() => this.#remove());
  }

  /** One write for all that arrived together. */
  #remove(): void {
    const ids = this.#acknowledged;
    this.#acknowledged = [];
    this.#options.writer.write(ids.map(removeMessage));
  }

  #isBusy(session: Session): boolean {
    return (session.stream?.bufferedBytes ?? 0) > MAX_AHEAD_BYTES;
  }

  #pause(session: Session, lastId: number): void {
    this.#paused.add(session);
    this.#options.clock.after(PAUSE_MS, () => {
      if (this.#paused.delete(session) && !session.isEnded && session.isAvailable) this.#deliverAfter(session, lastId);
    });
  }
}

function createMailbox(account: string, sizes: Map<number, number>): Mailbox {
  let bytes = 0;
  for (const size of sizes.values()) bytes += size;
  return { account, sizes, bytes, writing: new Map(), handed: new Map() };
}

/** False when it was not there. */
function forget(mailbox: Mailbox, id: number): boolean {
  mailbox.bytes -= mailbox.sizes.get(id) ?? 0;
  return mailbox.sizes.delete(id);
}

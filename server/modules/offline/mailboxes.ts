/**
 * The messages of those who are away. What belongs to an account is known in memory from the first message or login on,
 * and written through, so that a message which is still being written when its recipient logs in is neither missed nor
 * doubled. A row goes when its recipient's client has the message: once it acknowledges it (XEP-0198), or, for a client
 * without stream management, once it was written to its stream.
 *
 * Most of these messages stand in the account's archive too (XEP-0313), and clients fill their gaps from there, often
 * before they send presence. What a session was shown in a page of the archive is not given to it again: it counts as
 * given once the session may be given something, that is once it is available. Until then other devices may still have
 * it, since a client that only reads the archive is nobody whom messages are for. A page that its client never
 * acknowledged counts for nothing. What a client has from here and asks for again in a page it gets again, under the
 * same id.
 */
import type { Clock } from '../../clock/clock.ts';
import type { Session } from '../../session/session.ts';
import { withDelay } from '../../stanza/delay.ts';
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import type { Element } from '../../xml/element.ts';
import {
  type Held,
  type Kept,
  readHeld,
  readLastId,
  readMessages,
  removeMessage,
  removeMessagesOf,
  storeMessage,
} from './store.ts';

const PAGE = 50;
/** Bytes that may wait for the client's socket: far below what ends a session, enough to keep a fast one busy. */
const MAX_AHEAD_BYTES = 512 * 1024;
/** Stanzas, and UTF-16 units of them, that may wait to be acknowledged: far below what ends a session as well. */
const MAX_AHEAD = 2_000;
const MAX_UNACKED_AHEAD_SIZE = 4 * 1024 * 1024;
const PAUSE_MS = 200;

interface Mailbox {
  readonly account: string;
  /** All messages, in order, until the client has them. */
  readonly held: Map<number, Held>;
  /** Those of them that are archived, by the ids that they have there. */
  readonly archived: Map<string, number>;
  /** The sum of their sizes. */
  bytes: number;
  /** Of those, what may not be on disk yet. */
  readonly writing: Map<number, Kept>;
  /** Of those, what a session was given and has not acknowledged. */
  readonly handed: Map<number, Session>;
  /** Of those that nobody was given, what sessions without presence have read in the archive, and whether it arrived. */
  readonly shown: Map<Session, Map<number, { hasArrived: boolean }>>;
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
  /** Sessions that wait until they take more, and behind which message they go on then. */
  readonly #paused = new Map<Session, number>();
  #acknowledged: number[] = [];
  #lastId: number;

  constructor(options: MailboxesOptions) {
    this.#options = options;
    this.#lastId = readLastId(options.reader);
  }

  /** Keeps a message; false when the account has too many already. */
  keep(account: string, element: Element, archiveId: string | undefined): boolean {
    const { writer, clock, maxMessages, maxBytes } = this.#options;
    const mailbox = this.#open(account);
    // Two sessions that ended have handed back the same message.
    if (archiveId !== undefined && mailbox.archived.has(archiveId)) return true;
    if (mailbox.held.size >= maxMessages()) return false;
    const stanza = element.toXml();
    const size = Buffer.byteLength(stanza);
    if (mailbox.bytes + size > maxBytes()) return false;
    const kept: Kept = { id: ++this.#lastId, element, receivedAtMs: clock.now() };
    mailbox.held.set(kept.id, { size, archiveId });
    if (archiveId !== undefined) mailbox.archived.set(archiveId, kept.id);
    mailbox.bytes += size;
    mailbox.writing.set(kept.id, kept);
    writer.write([storeMessage(account, kept, stanza, archiveId)]).then(
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
    if (this.#paused.has(session)) this.#paused.set(session, 0);
    else this.#deliverAfter(session, 0);
  }

  /**
   * A session is about to be sent a message of the archive. What is to be done once its client has it; undefined when the
   * message does not wait here, or somebody was given it.
   */
  show(session: Session, archiveId: string): (() => void) | undefined {
    const mailbox = this.#open(session.account);
    const id = mailbox.archived.get(archiveId);
    if (id === undefined || mailbox.handed.has(id)) return undefined;
    if (isReachable(session)) {
      mailbox.handed.set(id, session);
      return () => this.#hasArrived(mailbox, id);
    }
    const shown = { hasArrived: false };
    const all = mailbox.shown.get(session) ?? new Map<number, { hasArrived: boolean }>();
    mailbox.shown.set(session, all.set(id, shown));
    return () => {
      shown.hasArrived = true;
      if (mailbox.handed.get(id) === session) this.#hasArrived(mailbox, id);
    };
  }

  /** A session is over: what it did not acknowledge goes to the next one. True when there is any. */
  takeBack(session: Session): boolean {
    this.#paused.delete(session);
    const mailbox = this.#opened.get(session.account);
    if (mailbox === undefined) return false;
    mailbox.shown.delete(session);
    for (const [id, holder] of mailbox.handed) if (holder === session) mailbox.handed.delete(id);
    return mailbox.held.size > mailbox.handed.size;
  }

  /** A client has come that reads the archive by itself (XEP-0386 section 3.2): what stands there does not wait here. */
  leaveToArchive(account: string): void {
    const mailbox = this.#open(account);
    for (const id of [...mailbox.archived.values()]) if (!mailbox.handed.has(id)) this.#hasArrived(mailbox, id);
  }

  clear(account: string): void {
    this.#opened.set(account, createMailbox(account, new Map()));
    this.#options.writer.write([removeMessagesOf(account)]);
  }

  #open(account: string): Mailbox {
    const opened = this.#opened.get(account);
    if (opened !== undefined) return opened;
    const mailbox = createMailbox(account, readHeld(this.#options.reader, account));
    this.#opened.set(account, mailbox);
    return mailbox;
  }

  #deliverAfter(session: Session, afterId: number): void {
    const { reader } = this.#options;
    const mailbox = this.#open(session.account);
    let lastId = afterId;
    for (;;) {
      if (mailbox.held.size === mailbox.handed.size) return;
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
    if (!mailbox.held.has(id) || mailbox.handed.has(id)) return;
    mailbox.handed.set(id, session);
    const shown = mailbox.shown.get(session)?.get(id);
    if (shown?.hasArrived) this.#hasArrived(mailbox, id);
    if (shown !== undefined) return; // it has arrived, or is on its way, in a page
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

  #isBusy({ stream, outbox: { unacked } }: Session): boolean {
    if ((stream?.bufferedBytes ?? 0) > MAX_AHEAD_BYTES) return true;
    return unacked !== undefined && (unacked.length > MAX_AHEAD || unacked.size > MAX_UNACKED_AHEAD_SIZE);
  }

  #pause(session: Session, lastId: number): void {
    this.#paused.set(session, lastId);
    this.#options.clock.after(PAUSE_MS, () => {
      const goOnAfter = this.#paused.get(session);
      if (goOnAfter === undefined) return;
      this.#paused.delete(session);
      if (!session.isEnded && isReachable(session)) this.#deliverAfter(session, goOnAfter);
    });
  }
}

/** Messages for an account go to resources with a priority that is not negative (RFC 6121 section 8.5.2.1.1). */
export function isReachable(session: { readonly isAvailable: boolean; readonly priority: number }): boolean {
  return session.isAvailable && session.priority >= 0;
}

function createMailbox(account: string, held: Map<number, Held>): Mailbox {
  const archived = new Map<string, number>();
  let bytes = 0;
  for (const [id, { size, archiveId }] of held) {
    bytes += size;
    if (archiveId !== undefined) archived.set(archiveId, id);
  }
  return { account, held, archived, bytes, writing: new Map(), handed: new Map(), shown: new Map() };
}

/** False when it was not there. */
function forget(mailbox: Mailbox, id: number): boolean {
  const held = mailbox.held.get(id);
  if (held === undefined) return false;
  mailbox.bytes -= held.size;
  if (held.archiveId !== undefined) mailbox.archived.delete(held.archiveId);
  return mailbox.held.delete(id);
}

/**
 * All archives: messages go in at once and reach the disk with the writer's next commit. Until then they are held here
 * as well, so that whoever asks meanwhile gets them.
 */
import type { Clock } from '../../clock/clock.ts';
import type { Jid } from '../../jid/jid.ts';
import type { ArchivedMessage } from '../../modulehost/services.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change, Writer } from '../../store/writer.ts';
import type { Element } from '../../xml/element.ts';
import { storedElement } from '../../xml/stored-element.ts';
import { ArchiveIds, readId, timeOfPosition, writeId } from './ids.ts';
import * as store from './store.ts';
import type { TextIndex } from './text-index.ts';

/** What a row takes besides its text: its columns and its entries in the indexes. */
const ROW_BYTES = 200;
/** Ids of messages are at most 40 characters with today's clients; a longer one cannot be retracted. */
const MAX_MESSAGE_ID = 255;
/** Rows that one transaction takes away: few enough that nobody's message waits for it. */
const REMOVED_AT_ONCE = 500;

/** A message, or what replaces one, that may not be on disk yet. */
interface Pending extends store.Row {
  readonly owner: string;
  readonly messageId: string | undefined;
  readonly isNew: boolean;
}

export interface ArchivesOptions {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly randomId: (bytes: number) => string;
  readonly words: TextIndex;
}

export class Archives {
  readonly #options: ArchivesOptions;
  readonly #ids: ArchiveIds;
  /** By position. Two generations, so that a whole one can be let go at once: what was kept before a flush, and since. */
  #pending = new Map<number, Pending>();
  #flushing = new Map<number, Pending>();
  #isFlushing = false;
  /** Archives that are being taken away: everything up to this position counts as gone. */
  readonly #floors = new Map<string, number>();
  /** Owners whose archive has grown since somebody looked at its size. */
  readonly grown = new Set<string>();

  constructor(options: ArchivesOptions) {
    const { clock, randomId, reader } = options;
    this.#options = options;
    this.#ids = new ArchiveIds({ now: () => clock.now(), randomId, last: store.readLastPosition(reader) });
  }

  newId(): string {
    return this.#ids.next();
  }

  /** Positions up to and with this one are gone, whatever the disk still holds. */
  floorOf(owner: string): number {
    return this.#floors.get(owner) ?? 0;
  }

  keep(owner: string, partner: Jid, { id, atMs, element }: ArchivedMessage): void {
    const key = readId(id);
    if (key === undefined) throw new Error(`not an id of the archive: ${id}`);
    const stanza = element.toXml();
    const messageId = element.attr('id');
    const row: store.NewRow = {
      ...key,
      owner,
      partner: partner.bare,
      resource: partner.resource,
      // Selecting by time relies on it: no message is from later than its position says.
      at: Math.min(atMs, timeOfPosition(key.seq)),
      messageId: messageId === undefined || messageId.length > MAX_MESSAGE_ID ? null : messageId,
      size: sizeOf(stanza),
      stanza,
    };
    this.grown.add(owner);
    this.#hold({ seq: row.seq, salt: row.salt, at: row.at, stanza, owner, messageId, isNew: true }, [
      store.insertMessage(row),
    ]);
    this.#options.words.add(row.seq, owner, element);
  }

  find(owner: string, id: string): ArchivedMessage | undefined {
    const row = this.#row(owner, id);
    return row && asMessage(row);
  }

  replace(owner: string, id: string, element: Element): boolean {
    const row = this.#row(owner, id);
    if (row === undefined) return false;
    const stanza = element.toXml();
    const isNew = this.#pendingAt(row.seq)?.isNew ?? false;
    this.#hold({ ...row, stanza, owner, messageId: element.attr('id'), isNew }, [
      store.updateStanza(owner, row.seq, stanza, sizeOf(stanza)),
      ...this.#options.words.forget(row.seq),
    ]);
    return true;
  }

  withdraw(owner: string, id: string): void {
    const row = this.#row(owner, id);
    // Later somebody may have seen it, and what is not the newest would leave a gap.
    if (row === undefined || row.seq !== this.#ids.last) return;
    this.#pending.delete(row.seq);
    this.#flushing.delete(row.seq);
    void this.#options.writer.write([store.deleteMessage(owner, row.seq), ...this.#options.words.forget(row.seq)]);
  }

  latest(owner: string, limit: number): readonly ArchivedMessage[] {
    if (limit <= 0) return [];
    const rows = new Map<number, store.Row>();
    for (const row of store.readLatest(this.#options.reader, owner, this.floorOf(owner), limit)) rows.set(row.seq, row);
    for (const row of this.#allPending()) {
      if (row.owner === owner && (row.isNew || rows.has(row.seq)) && row.seq > this.floorOf(owner)) {
        rows.set(row.seq, row);
      }
    }
    return [...rows.values()]
      .sort((a, b) => a.seq - b.seq)
      .slice(-limit)
      .map(asMessage);
  }

  /** Messages exchanged with `partner` that have this `id` of their own, the latest first. */
  findByMessageId(owner: string, partner: string, messageId: string, depth: number): readonly ArchivedMessage[] {
    if (messageId.length > MAX_MESSAGE_ID) return [];
    const about = { owner, partner, messageId, floor: this.floorOf(owner), depth };
    const known = store.readByMessageId(this.#options.reader, about);
    const rows: store.Row[] = known.filter(({ seq }) => this.#pendingAt(seq) === undefined);
    for (const row of this.#allPending()) {
      if (row.owner === owner && row.messageId === messageId) rows.push(row);
    }
    return rows.sort((a, b) => b.seq - a.seq).map(asMessage);
  }

  /** The position of a message, when it is in this archive and on disk. */
  positionOf(owner: string, id: string): number | undefined {
    return this.positionsOf(owner, [id])?.[0];
  }

  /** The positions of messages on disk; undefined when one of them is not in this archive. */
  positionsOf(owner: string, ids: readonly string[]): readonly number[] | undefined {
    const salts = new Map<number, number>();
    for (const id of ids) {
      const key = readId(id);
      if (key === undefined || key.seq <= this.floorOf(owner)) return undefined;
      salts.set(key.seq, key.salt);
    }
    const known = store.readSalts(this.#options.reader, owner, [...salts.keys()]);
    return known.length === salts.size && known.every(({ seq, salt }) => salts.get(seq) === salt)
      ? known.map(({ seq }) => seq)
      : undefined;
  }

  /** Resolves when everything that was kept before is on disk, so that a reader sees it. */
  settled(): Promise<void> | undefined {
    const { writer } = this.#options;
    return writer.isIdle ? undefined : writer.flush();
  }

  async remove(owner: string): Promise<void> {
    const last = this.#ids.last;
    this.#floors.set(owner, last);
    for (const generation of [this.#flushing, this.#pending]) {
      for (const [seq, row] of generation) if (row.owner === owner) generation.delete(seq);
    }
    this.#options.words.forgetOwner(owner);
    await this.settled(); // what is under way to the disk must be seen there to be taken away
    await this.removeUpTo(owner, last);
    if (this.#floors.get(owner) === last) this.#floors.delete(owner);
  }

  /** Takes the oldest messages away, up to and with the position `last`, in small transactions. */
  async removeUpTo(owner: string, last: number): Promise<void> {
    const { reader, writer } = this.#options;
    for (;;) {
      const oldest = store.readOldest(reader, owner, REMOVED_AT_ONCE).filter(({ seq }) => seq <= last);
      const end = oldest.at(-1);
      if (end === undefined) return;
      await writer.write(store.deleteUpTo(owner, end.seq));
    }
  }

  #row(owner: string, id: string): store.Row | undefined {
    const key = readId(id);
    if (key === undefined || key.seq <= this.floorOf(owner)) return undefined;
    const pending = this.#pendingAt(key.seq);
    const row = pending === undefined ? store.readMessage(this.#options.reader, owner, key.seq) : pending;
    if (row === undefined || row.salt !== key.salt) return undefined;
    return pending !== undefined && pending.owner !== owner ? undefined : row;
  }

  #hold(row: Pending, changes: readonly Change[]): void {
    this.#pending.set(row.seq, row);
    void this.#options.writer.write(changes);
    if (!this.#isFlushing) this.#flush();
  }

  /** One promise for all that is written until it settles; afterwards the disk has it. */
  #flush(): void {
    this.#isFlushing = true;
    this.#flushing = this.#pending;
    this.#pending = new Map();
    const done = () => {
      this.#flushing = new Map();
      this.#isFlushing = this.#pending.size > 0;
      if (this.#isFlushing) this.#flush();
    };
    // After a loss the writer takes nothing any more and the server is about to end: nothing is held for later.
    this.#options.writer.flush().then(done, done);
  }

  #pendingAt(seq: number): Pending | undefined {
    return this.#pending.get(seq) ?? this.#flushing.get(seq);
  }

  *#allPending(): Iterable<Pending> {
    for (const row of this.#flushing.values()) if (!this.#pending.has(row.seq)) yield row;
    yield* this.#pending.values();
  }
}

function asMessage(row: store.Row): ArchivedMessage {
  return { id: writeId(row), atMs: row.at, element: storedElement(row.stanza) };
}

function sizeOf(stanza: string): number {
  return Buffer.byteLength(stanza) + ROW_BYTES;
}

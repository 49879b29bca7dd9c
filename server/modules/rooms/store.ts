/** The tables of rooms: configuration and subject, affiliations, the last messages, and the secret of occupant ids. */
import { parseJid } from '../../jid/jid.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change, Writer } from '../../store/writer.ts';
import { parseXml } from '../../xml/parse.ts';
import type { Affiliated } from './affiliations.ts';
import type { RoomConfiguration } from './configuration.ts';
import type { HistoryEntry } from './history.ts';
import type { Affiliation } from './privileges.ts';
import type { Room, RoomSubject } from './room.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `
      CREATE TABLE rooms_room (
        room TEXT NOT NULL PRIMARY KEY,
        configuration TEXT NOT NULL,
        subject TEXT,
        subject_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE rooms_affiliation (
        room TEXT NOT NULL,
        jid TEXT NOT NULL,
        affiliation TEXT NOT NULL,
        nick TEXT,
        reason TEXT,
        PRIMARY KEY (room, jid)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE rooms_message (
        room TEXT NOT NULL,
        position INTEGER NOT NULL,
        at INTEGER NOT NULL,
        xml TEXT NOT NULL,
        PRIMARY KEY (room, position)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE rooms_secret (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        secret TEXT NOT NULL
      ) STRICT;
    `,
  },
];

const WRITE_ROOM = `INSERT INTO rooms_room (room, configuration, subject, subject_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (room) DO UPDATE
  SET configuration = excluded.configuration, subject = excluded.subject, subject_at = excluded.subject_at`;
const WRITE_AFFILIATION = `INSERT INTO rooms_affiliation (room, jid, affiliation, nick, reason) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (room, jid) DO UPDATE
  SET affiliation = excluded.affiliation, nick = excluded.nick, reason = excluded.reason`;
const REMOVE_AFFILIATION = 'DELETE FROM rooms_affiliation WHERE room = ? AND jid = ?';
const WRITE_MESSAGE = 'INSERT OR IGNORE INTO rooms_message (room, position, at, xml) VALUES (?, ?, ?, ?)';
const TRIM_MESSAGES = 'DELETE FROM rooms_message WHERE room = ? AND position < ?';

interface RoomRow {
  readonly room: string;
  readonly configuration: string;
  readonly subject: string | null;
  readonly subject_at: number | null;
}

/** A room as it was kept. */
export interface KeptRoom {
  readonly localpart: string;
  readonly configuration: RoomConfiguration;
  readonly subject: RoomSubject | undefined;
  readonly affiliations: readonly Affiliated[];
}

export class RoomStore {
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  /** All persistent rooms; their messages are read when they are needed. */
  rooms(): readonly KeptRoom[] {
    const rows = this.#reader.all<RoomRow>('SELECT room, configuration, subject, subject_at FROM rooms_room');
    return rows.map((row) => ({
      localpart: row.room,
      configuration: JSON.parse(row.configuration) as RoomConfiguration,
      subject: row.subject === null ? undefined : { element: parseXml(row.subject), atMs: row.subject_at ?? 0 },
      affiliations: this.#affiliations(row.room),
    }));
  }

  /** The last `limit` messages, oldest first. */
  messages(localpart: string, limit: number): readonly HistoryEntry[] {
    return this.#reader
      .all<{ position: number; at: number; xml: string }>(
        'SELECT position, at, xml FROM rooms_message WHERE room = ? ORDER BY position DESC LIMIT ?',
        localpart,
        limit,
      )
      .map(({ position, at, xml }) => ({ position, atMs: at, element: parseXml(xml) }))
      .reverse();
  }

  /** The secret of the installation; `generate` makes one the first time. */
  secret(generate: () => string): string {
    const kept = this.#reader.get<{ secret: string }>('SELECT secret FROM rooms_secret WHERE id = 1')?.secret;
    if (kept !== undefined) return kept;
    const secret = generate();
    void this.#writer.write([{ sql: 'INSERT INTO rooms_secret (id, secret) VALUES (1, ?)', params: [secret] }]);
    return secret;
  }

  /** Configuration and subject. All three below resolve when it is on disk. */
  writeRoom(room: Room): Promise<void> {
    return this.#writer.write([roomChange(room)]);
  }

  /** Everything there is about a room that was not kept so far. */
  writeWhole(room: Room): Promise<void> {
    return this.#writer.write([
      roomChange(room),
      ...Array.from(room.affiliations.all(), (affiliated) => affiliationChange(room, affiliated)),
      ...(room.history?.entries ?? []).map((entry) => messageChange(room, entry)),
    ]);
  }

  /** What the JIDs have with the room now, together with its configuration. */
  writeAffiliations(room: Room, jids: Iterable<string>): Promise<void> {
    return this.#writer.write([
      roomChange(room),
      ...Array.from(jids, (jid) => {
        const affiliated = room.affiliations.get(jid);
        if (affiliated !== undefined) return affiliationChange(room, affiliated);
        return { sql: REMOVE_AFFILIATION, params: [room.jid.local, jid] };
      }),
    ]);
  }

  /** Queued; nobody waits for it. */
  writeMessage(room: Room, entry: HistoryEntry): void {
    const oldest = room.history?.entries[0]?.position ?? entry.position;
    void this.#writer.write([messageChange(room, entry), { sql: TRIM_MESSAGES, params: [room.jid.local, oldest] }]);
  }

  trimMessages(room: Room): void {
    const oldest = room.history?.entries[0]?.position ?? Number.MAX_SAFE_INTEGER;
    void this.#writer.write([{ sql: TRIM_MESSAGES, params: [room.jid.local, oldest] }]);
  }

  remove(localpart: string): Promise<void> {
    return this.#writer.write([
      { sql: 'DELETE FROM rooms_room WHERE room = ?', params: [localpart] },
      { sql: 'DELETE FROM rooms_affiliation WHERE room = ?', params: [localpart] },
      { sql: 'DELETE FROM rooms_message WHERE room = ?', params: [localpart] },
    ]);
  }

  #affiliations(localpart: string): readonly Affiliated[] {
    return this.#reader
      .all<{ jid: string; affiliation: string; nick: string | null; reason: string | null }>(
        'SELECT jid, affiliation, nick, reason FROM rooms_affiliation WHERE room = ? ORDER BY jid',
        localpart,
      )
      .flatMap(({ jid, affiliation, nick, reason }) =>
        parseJid(jid) === undefined
          ? []
          : [{ jid, affiliation: affiliation as Affiliation, nick: nick ?? undefined, reason: reason ?? undefined }],
      );
  }
}

function roomChange({ jid, configuration, subject }: Room): Change {
  return {
    sql: WRITE_ROOM,
    params: [jid.local, JSON.stringify(configuration), subject?.element.toXml() ?? null, subject?.atMs ?? null],
  };
}

function affiliationChange({ jid }: Room, affiliated: Affiliated): Change {
  const { affiliation, nick, reason } = affiliated;
  return { sql: WRITE_AFFILIATION, params: [jid.local, affiliated.jid, affiliation, nick ?? null, reason ?? null] };
}

function messageChange({ jid }: Room, { position, atMs, element }: HistoryEntry): Change {
  return { sql: WRITE_MESSAGE, params: [jid.local, position, atMs, element.toXml()] };
}

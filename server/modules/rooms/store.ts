/** The tables of rooms: configuration and subject, affiliations, wishes, and the secret of occupant ids. */
import { parseJid } from '../../jid/jid.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change, Writer } from '../../store/writer.ts';
import { parseXml } from '../../xml/parse.ts';
import type { Affiliated } from './affiliations.ts';
import type { RoomConfiguration } from './configuration.ts';
import type { Affiliation } from './privileges.ts';
import type { Room, RoomSubject } from './room.ts';
import { versionChanges, versionRemoval } from './versions/store.ts';

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
  {
    // What was said is in the archive now. Those messages had ids that no archive could sort, so they are not moved.
    version: 2,
    sql: `
      DROP TABLE rooms_message;
      CREATE TABLE rooms_wish (
        room TEXT NOT NULL,
        jid TEXT NOT NULL,
        everything INTEGER NOT NULL,
        PRIMARY KEY (room, jid)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE rooms_leftover (room TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
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
const WRITE_WISH = `INSERT INTO rooms_wish (room, jid, everything) VALUES (?, ?, ?)
  ON CONFLICT (room, jid) DO UPDATE SET everything = excluded.everything`;
const REMOVE_WISH = 'DELETE FROM rooms_wish WHERE room = ? AND jid = ?';

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
  /** By bare JID, as in `Room`. */
  readonly wishes: ReadonlyMap<string, boolean>;
}

export class RoomStore {
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  /** All persistent rooms. */
  rooms(): readonly KeptRoom[] {
    const rows = this.#reader.all<RoomRow>('SELECT room, configuration, subject, subject_at FROM rooms_room');
    return rows.map((row) => ({
      localpart: row.room,
      configuration: JSON.parse(row.configuration) as RoomConfiguration,
      subject: row.subject === null ? undefined : { element: parseXml(row.subject), atMs: row.subject_at ?? 0 },
      affiliations: this.#affiliations(row.room),
      wishes: this.#wishes(row.room),
    }));
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
      ...Array.from(room.wishes.keys(), (jid) => wishChange(room, jid)),
      ...versionChanges(room.jid.local, room.versions, room.versions.changes),
    ]);
  }

  /** What the JIDs have with the room now, together with its configuration and what else changed with them. */
  writeAffiliations(room: Room, jids: Iterable<string>, more: readonly Change[]): Promise<void> {
    return this.#writer.write([
      roomChange(room),
      ...more,
      ...Array.from(jids, (jid) => {
        const affiliated = room.affiliations.get(jid);
        if (affiliated !== undefined) return affiliationChange(room, affiliated);
        return { sql: REMOVE_AFFILIATION, params: [room.jid.local, jid] };
      }),
      ...Array.from(jids, (jid) => wishChange(room, jid)),
    ]);
  }

  remove(localpart: string): Promise<void> {
    return this.#writer.write([
      { sql: 'DELETE FROM rooms_room WHERE room = ?', params: [localpart] },
      { sql: 'DELETE FROM rooms_affiliation WHERE room = ?', params: [localpart] },
      { sql: 'DELETE FROM rooms_wish WHERE room = ?', params: [localpart] },
      versionRemoval(localpart),
    ]);
  }

  /** Rooms whose archive was being taken away when the server ended. */
  leftovers(): readonly string[] {
    return this.#reader.all<{ room: string }>('SELECT room FROM rooms_leftover').map(({ room }) => room);
  }

  /** Queued before anything else of the room is removed. */
  noteLeftover(localpart: string): Promise<void> {
    return this.#writer.write([{ sql: 'INSERT OR IGNORE INTO rooms_leftover (room) VALUES (?)', params: [localpart] }]);
  }

  forgetLeftover(localpart: string): Promise<void> {
    return this.#writer.write([{ sql: 'DELETE FROM rooms_leftover WHERE room = ?', params: [localpart] }]);
  }

  #wishes(localpart: string): ReadonlyMap<string, boolean> {
    const rows = this.#reader.all<{ jid: string; everything: number }>(
      'SELECT jid, everything FROM rooms_wish WHERE room = ?',
      localpart,
    );
    return new Map(rows.map(({ jid, everything }) => [jid, everything === 1]));
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

/** What is wished now, or that nothing is. */
function wishChange(room: Room, jid: string): Change {
  const wish = room.wishes.get(jid);
  if (wish === undefined) return { sql: REMOVE_WISH, params: [room.jid.local, jid] };
  return { sql: WRITE_WISH, params: [room.jid.local, jid, wish ? 1 : 0] };
}

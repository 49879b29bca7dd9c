/**
 * The archive's tables. Every archive has its own rows in one table; `seq`, the position out of a message's id, is their
 * key and their order. Both indexes hold what selecting a page needs, so that only the page's own texts are read.
 */
import type { Migration } from '../../store/migrations.ts';
import type { Reader, SqlValue } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';

export const ARCHIVE_MIGRATIONS: readonly Omit<Migration, 'owner'>[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE archive_message (
        seq INTEGER PRIMARY KEY,
        salt INTEGER NOT NULL,
        owner TEXT NOT NULL,
        partner TEXT NOT NULL,
        resource TEXT NOT NULL,
        at INTEGER NOT NULL,
        message_id TEXT,
        size INTEGER NOT NULL,
        stanza TEXT NOT NULL
      ) STRICT;
      CREATE INDEX archive_message_by_owner ON archive_message (owner, seq, at, size);
      CREATE INDEX archive_message_by_partner ON archive_message (owner, partner, seq, at, size, message_id);
      CREATE VIRTUAL TABLE archive_text USING fts5 (
        owner, text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
      );
      CREATE TABLE archive_text_progress (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        seq INTEGER NOT NULL
      ) STRICT;
      INSERT INTO archive_text_progress (id, seq) VALUES (1, 0);
      CREATE TABLE archive_preference (
        account TEXT PRIMARY KEY,
        policy TEXT NOT NULL,
        always TEXT NOT NULL,
        never TEXT NOT NULL
      ) STRICT;
    `,
  },
];

/** A message as it stands in the table. */
export interface Row {
  readonly seq: number;
  readonly salt: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** A whole `<message/>` that states its namespace. */
  readonly stanza: string;
}

export interface NewRow extends Row {
  readonly owner: string;
  /** Bare JID of whom the message went to or came from. */
  readonly partner: string;
  readonly resource: string;
  /** The message's own `id`. */
  readonly messageId: string | null;
  /** Bytes that the row counts for. */
  readonly size: number;
}

export function insertMessage(row: NewRow): Change {
  return {
    sql: `INSERT INTO archive_message (seq, salt, owner, partner, resource, at, message_id, size, stanza)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    params: [row.seq, row.salt, row.owner, row.partner, row.resource, row.at, row.messageId, row.size, row.stanza],
  };
}

export function updateStanza(owner: string, seq: number, stanza: string, size: number): Change {
  return {
    sql: 'UPDATE archive_message SET stanza = ?, size = ? WHERE seq = ? AND owner = ?',
    params: [stanza, size, seq, owner],
  };
}

export function deleteMessage(owner: string, seq: number): Change {
  return { sql: 'DELETE FROM archive_message WHERE seq = ? AND owner = ?', params: [seq, owner] };
}

/** Takes the oldest messages away, up to and with `seq`, and their words. */
export function deleteUpTo(owner: string, seq: number): readonly Change[] {
  return [
    {
      sql: `DELETE FROM archive_text WHERE rowid IN
        (SELECT seq FROM archive_message WHERE owner = ? AND seq <= ?)`,
      params: [owner, seq],
    },
    { sql: 'DELETE FROM archive_message WHERE owner = ? AND seq <= ?', params: [owner, seq] },
  ];
}

export function readMessage(reader: Reader, owner: string, seq: number): Row | undefined {
  return reader.get<Row>('SELECT seq, salt, at, stanza FROM archive_message WHERE seq = ? AND owner = ?', seq, owner);
}

/** The last `limit` messages after the position `floor`, the last one first. */
export function readLatest(reader: Reader, owner: string, floor: number, limit: number): Row[] {
  return reader.all<Row>(
    'SELECT seq, salt, at, stanza FROM archive_message WHERE owner = ? AND seq > ? ORDER BY seq DESC LIMIT ?',
    owner,
    floor,
    limit,
  );
}

/** The first message or the last one after the position `floor`. */
export function readEnd(reader: Reader, owner: string, floor: number, end: 'first' | 'last'): Row | undefined {
  const order = end === 'first' ? 'ASC' : 'DESC';
  return reader.get<Row>(
    `SELECT seq, salt, at, stanza FROM archive_message WHERE owner = ? AND seq > ? ORDER BY seq ${order} LIMIT 1`,
    owner,
    floor,
  );
}

/** Everybody who owns messages: one step through the index for each, however many messages there are. */
export function readOwners(reader: Reader): string[] {
  const rows = reader.all<{ owner: string }>(
    `WITH RECURSIVE step (owner) AS (
        SELECT min(owner) FROM archive_message
        UNION ALL
        SELECT (SELECT min(owner) FROM archive_message WHERE owner > step.owner) FROM step WHERE step.owner IS NOT NULL
      )
      SELECT owner FROM step WHERE owner IS NOT NULL`,
  );
  return rows.map(({ owner }) => owner);
}

export function readLastPosition(reader: Reader): number {
  return reader.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM archive_message')?.seq ?? 0;
}

/** Positions, times and sizes, for those who decide what goes. */
export interface Measure {
  readonly seq: number;
  readonly at: number;
  readonly size: number;
}

/** The oldest `limit` messages. */
export function readOldest(reader: Reader, owner: string, limit: number): Measure[] {
  return reader.all<Measure>(
    'SELECT seq, at, size FROM archive_message WHERE owner = ? ORDER BY seq LIMIT ?',
    owner,
    limit,
  );
}

/** The next `limit` messages before the position `before`, the newest first. */
export function readMeasuresBefore(reader: Reader, owner: string, before: number, limit: number): Measure[] {
  return reader.all<Measure>(
    'SELECT seq, at, size FROM archive_message WHERE owner = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
    owner,
    before,
    limit,
  );
}

/**
 * The messages with this `id` among the last `depth` that were exchanged with `partner`, the last one first: a client
 * that names ids which do not exist must not have us read years of messages each time.
 */
export function readByMessageId(
  reader: Reader,
  about: { owner: string; partner: string; messageId: string; floor: number; depth: number },
): Row[] {
  return reader.all<Row>(
    `SELECT seq, salt, at, stanza FROM archive_message WHERE seq IN (
        SELECT seq FROM (
          SELECT seq, message_id FROM archive_message
          WHERE owner = ? AND partner = ? AND seq > ? ORDER BY seq DESC LIMIT ?
        ) WHERE message_id = ?
      ) ORDER BY seq DESC LIMIT 10`,
    about.owner,
    about.partner,
    about.floor,
    about.depth,
    about.messageId,
  );
}

/** Which messages a query wants; positions and times are bounds, those of positions not included. */
export interface Selection {
  readonly owner: string;
  readonly after: number;
  readonly before: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly partner: string | undefined;
  /** Asked for together with `partner`. */
  readonly resource: string | undefined;
  /** An expression of FTS5. */
  readonly words: string | undefined;
  readonly positions: readonly number[] | undefined;
}

/** A constant piece of SQL for each of the few kinds of query, so that every statement stays prepared. */
function matching(wanted: Selection): { readonly from: string; readonly params: SqlValue[] } {
  const params: SqlValue[] = [];
  // Left to itself SQLite would rather read a whole archive than the part that one conversation has in it.
  const index = wanted.partner === undefined ? 'archive_message_by_owner' : 'archive_message_by_partner';
  let from = `archive_message AS m INDEXED BY ${index}`;
  let where = '';
  if (wanted.words !== undefined) {
    // The words decide the order of the walk: rowids of the index are positions.
    from = 'archive_text AS t CROSS JOIN archive_message AS m ON m.seq = t.rowid';
    where = 'archive_text MATCH ? AND t.rowid > ? AND t.rowid < ? AND ';
    params.push(wanted.words, wanted.after, wanted.before);
  }
  where += 'm.owner = ? AND m.seq > ? AND m.seq < ? AND m.at >= ? AND m.at <= ?';
  params.push(wanted.owner, wanted.after, wanted.before, wanted.startMs, wanted.endMs);
  if (wanted.partner !== undefined) {
    where += ' AND m.partner = ?';
    params.push(wanted.partner);
  }
  if (wanted.resource !== undefined) {
    where += ' AND m.resource = ?';
    params.push(wanted.resource);
  }
  if (wanted.positions !== undefined) {
    where += ' AND m.seq IN (SELECT value FROM json_each(?))';
    params.push(JSON.stringify(wanted.positions));
  }
  return { from: `${from} WHERE ${where}`, params };
}

/** Positions and sizes of the first `limit` messages that match, or of the last ones, which come the last one first. */
export function selectMeasures(
  reader: Reader,
  wanted: Selection,
  direction: 'forwards' | 'backwards',
  limit: number,
  offset = 0,
): Measure[] {
  const { from, params } = matching(wanted);
  const key = wanted.words === undefined ? 'm.seq' : 't.rowid';
  const order = direction === 'forwards' ? 'ASC' : 'DESC';
  return reader.all<Measure>(
    `SELECT m.seq AS seq, m.at AS at, m.size AS size FROM ${from} ORDER BY ${key} ${order} LIMIT ? OFFSET ?`,
    ...params,
    limit,
    offset,
  );
}

/** How many messages match, counted up to `most`. */
export function countMatches(reader: Reader, wanted: Selection, most: number): number {
  const { from, params } = matching(wanted);
  const row = reader.get<{ n: number }>(`SELECT count(*) AS n FROM (SELECT 1 FROM ${from} LIMIT ?)`, ...params, most);
  return row?.n ?? 0;
}

/** Positions and salts of those of `positions` that are in the archive. */
export function readSalts(
  reader: Reader,
  owner: string,
  positions: readonly number[],
): { readonly seq: number; readonly salt: number }[] {
  return reader.all(
    `SELECT seq, salt FROM archive_message WHERE owner = ? AND seq IN (SELECT value FROM json_each(?))`,
    owner,
    JSON.stringify(positions),
  );
}

export function insertText(seq: number, owner: string, text: string): Change {
  // After a crash some come a second time.
  return {
    sql: 'INSERT OR REPLACE INTO archive_text (rowid, owner, text) VALUES (?, ?, ?)',
    params: [seq, owner, text],
  };
}

export function deleteText(seq: number): Change {
  return { sql: 'DELETE FROM archive_text WHERE rowid = ?', params: [seq] };
}

/** Everything up to `seq` has its words in the index. */
export function putTextProgress(seq: number): Change {
  return { sql: 'UPDATE archive_text_progress SET seq = max(seq, ?)', params: [seq] };
}

export function readTextProgress(reader: Reader): number {
  return reader.get<{ seq: number }>('SELECT seq FROM archive_text_progress')?.seq ?? 0;
}

/** The next `limit` messages after `seq`, of all archives, that are not beyond `last`. */
export function readAfter(
  reader: Reader,
  seq: number,
  last: number,
  limit: number,
): { readonly seq: number; readonly owner: string; readonly stanza: string }[] {
  return reader.all(
    'SELECT seq, owner, stanza FROM archive_message WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
    seq,
    last,
    limit,
  );
}

export interface PreferenceRow {
  readonly policy: string;
  /** JIDs, one a line, here and below. */
  readonly always: string;
  readonly never: string;
}

export function readPreference(reader: Reader, account: string): PreferenceRow | undefined {
  return reader.get('SELECT policy, always, never FROM archive_preference WHERE account = ?', account);
}

export function putPreference(account: string, { policy, always, never }: PreferenceRow): Change {
  return {
    sql: `INSERT INTO archive_preference (account, policy, always, never) VALUES (?, ?, ?, ?)
      ON CONFLICT (account) DO UPDATE SET policy = excluded.policy, always = excluded.always, never = excluded.never`,
    params: [account, policy, always, never],
  };
}

export function deletePreference(account: string): Change {
  return { sql: 'DELETE FROM archive_preference WHERE account = ?', params: [account] };
}

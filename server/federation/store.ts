/** The tables of federation: messages on their way to other servers, and certificates that were pinned by hand. */
import type { Migration } from '../store/migrations.ts';
import type { Reader } from '../store/reader.ts';
import type { Change } from '../store/writer.ts';

export const FEDERATION_MIGRATIONS: readonly Migration[] = [
  {
    owner: 'federation',
    version: 1,
    sql: `
      CREATE TABLE federation_queue (
        id INTEGER PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        stanza TEXT NOT NULL
      ) STRICT;
      CREATE TABLE federation_pin (
        domain TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        PRIMARY KEY (domain, fingerprint)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

export interface QueuedRow {
  readonly id: number;
  /** Milliseconds since 1970: when the sender's server, which is this one, took it. */
  readonly atMs: number;
  readonly stanza: string;
}

/** A slice of what is on its way, in the order in which it came. */
export function readQueued(reader: Reader, afterId: number, limit: number): QueuedRow[] {
  return reader.all<QueuedRow>(
    'SELECT id, at_ms AS atMs, stanza FROM federation_queue WHERE id > ? ORDER BY id LIMIT ?',
    afterId,
    limit,
  );
}

export function readLastId(reader: Reader): number {
  return reader.get<{ id: number | null }>('SELECT max(id) AS id FROM federation_queue')?.id ?? 0;
}

export function insertQueued({ id, atMs, stanza }: QueuedRow): Change {
  return { sql: 'INSERT INTO federation_queue (id, at_ms, stanza) VALUES (?, ?, ?)', params: [id, atMs, stanza] };
}

/** One statement, however many there are. */
export function deleteQueued(ids: readonly number[]): Change {
  return {
    sql: 'DELETE FROM federation_queue WHERE id IN (SELECT value FROM json_each(?))',
    params: [JSON.stringify(ids)],
  };
}

export interface PinRow {
  readonly domain: string;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export function readPins(reader: Reader): PinRow[] {
  return reader.all<PinRow>(
    'SELECT domain, fingerprint, at_ms AS atMs FROM federation_pin ORDER BY domain, fingerprint',
  );
}

export function insertPin({ domain, fingerprint, atMs }: PinRow): Change {
  return {
    sql: 'INSERT OR REPLACE INTO federation_pin (domain, fingerprint, at_ms) VALUES (?, ?, ?)',
    params: [domain, fingerprint, atMs],
  };
}

export function deletePin(domain: string, fingerprint: string): Change {
  return { sql: 'DELETE FROM federation_pin WHERE domain = ? AND fingerprint = ?', params: [domain, fingerprint] };
}

/** The offline messages' table. An id is given before the row is on disk; ids are in the order in which messages came. */
import type { Migration } from '../../store/migrations.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';
import type { Element } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';

export const OFFLINE_MIGRATIONS: readonly Omit<Migration, 'owner'>[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE offline_message (
        id INTEGER PRIMARY KEY,
        account TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        stanza TEXT NOT NULL
      ) STRICT;
      CREATE INDEX offline_message_by_account ON offline_message (account, id);
    `,
  },
];

/** A message that is kept. */
export interface Kept {
  readonly id: number;
  readonly element: Element;
  /** Milliseconds since 1970. */
  readonly receivedAtMs: number;
}

/** The first `limit` messages of an account after the one called `afterId`. */
export function readMessages(reader: Reader, account: string, afterId: number, limit: number): Kept[] {
  const rows = reader.all<{ id: number; received_at: number; stanza: string }>(
    'SELECT id, received_at, stanza FROM offline_message WHERE account = ? AND id > ? ORDER BY id LIMIT ?',
    account,
    afterId,
    limit,
  );
  return rows.map(({ id, received_at, stanza }) => ({ id, element: parseXml(stanza), receivedAtMs: received_at }));
}

/** The ids of an account's messages, in order, with their sizes in bytes. */
export function readSizes(reader: Reader, account: string): Map<number, number> {
  const rows = reader.all<{ id: number; size: number }>(
    'SELECT id, octet_length(stanza) AS size FROM offline_message WHERE account = ? ORDER BY id',
    account,
  );
  return new Map(rows.map(({ id, size }) => [id, size]));
}

export function readLastId(reader: Reader): number {
  return reader.get<{ id: number | null }>('SELECT max(id) AS id FROM offline_message')?.id ?? 0;
}

export function storeMessage(account: string, { id, receivedAtMs }: Kept, stanza: string): Change {
  return {
    sql: 'INSERT INTO offline_message (id, account, received_at, stanza) VALUES (?, ?, ?, ?)',
    params: [id, account, receivedAtMs, stanza],
  };
}

export function removeMessage(id: number): Change {
  return { sql: 'DELETE FROM offline_message WHERE id = ?', params: [id] };
}

export function removeMessagesOf(account: string): Change {
  return { sql: 'DELETE FROM offline_message WHERE account = ?', params: [account] };
}

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
  { version: 2, sql: 'ALTER TABLE offline_message ADD COLUMN archive_id TEXT' },
];

/** A message that is kept. */
export interface Kept {
  readonly id: number;
  readonly element: Element;
  /** Milliseconds since 1970. */
  readonly receivedAtMs: number;
}

/** What is known of a message without reading it. */
export interface Held {
  /** Bytes of the stanza. */
  readonly size: number;
  /** Under which the account's archive has it; undefined when it is not archived. */
  readonly archiveId: string | undefined;
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

/** The ids of an account's messages, in order, with what is known of them. */
export function readHeld(reader: Reader, account: string): Map<number, Held> {
  const rows = reader.all<{ id: number; size: number; archive_id: string | null }>(
    'SELECT id, octet_length(stanza) AS size, archive_id FROM offline_message WHERE account = ? ORDER BY id',
    account,
  );
  return new Map(rows.map(({ id, size, archive_id }) => [id, { size, archiveId: archive_id ?? undefined }]));
}

export function readLastId(reader: Reader): number {
  return reader.get<{ id: number | null }>('SELECT max(id) AS id FROM offline_message')?.id ?? 0;
}

export function storeMessage(account: string, kept: Kept, stanza: string, archiveId: string | undefined): Change {
  return {
    sql: 'INSERT INTO offline_message (id, account, received_at, stanza, archive_id) VALUES (?, ?, ?, ?, ?)',
    params: [kept.id, account, kept.receivedAtMs, stanza, archiveId ?? null],
  };
}

export function removeMessage(id: number): Change {
  return { sql: 'DELETE FROM offline_message WHERE id = ?', params: [id] };
}

export function removeMessagesOf(account: string): Change {
  return { sql: 'DELETE FROM offline_message WHERE account = ?', params: [account] };
}

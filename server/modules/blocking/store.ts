/** Block lists on disk: one row for each blocked JID of an account. */
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `CREATE TABLE blocking_item (
      localpart TEXT NOT NULL,
      jid TEXT NOT NULL,
      PRIMARY KEY (localpart, jid)
    ) STRICT, WITHOUT ROWID`,
  },
];

const READ = 'SELECT jid FROM blocking_item WHERE localpart = ? ORDER BY jid';
const ADD = 'INSERT INTO blocking_item (localpart, jid) VALUES (?, ?) ON CONFLICT DO NOTHING';
const REMOVE = 'DELETE FROM blocking_item WHERE localpart = ? AND jid = ?';
const REMOVE_ACCOUNT = 'DELETE FROM blocking_item WHERE localpart = ?';

export class BlockingStore {
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  read(localpart: string): readonly string[] {
    return this.#reader.all<{ jid: string }>(READ, localpart).map(({ jid }) => jid);
  }

  /** All or none; resolves when they are on disk, those that were there already included. */
  add(localpart: string, jids: readonly string[]): Promise<void> {
    return this.#writer.write(jids.map((jid) => ({ sql: ADD, params: [localpart, jid] })));
  }

  remove(localpart: string, jids: readonly string[]): Promise<void> {
    return this.#writer.write(jids.map((jid) => ({ sql: REMOVE, params: [localpart, jid] })));
  }

  removeAll(localpart: string): Promise<void> {
    return this.#writer.write([{ sql: REMOVE_ACCOUNT, params: [localpart] }]);
  }

  /** Resolves when everything that was written before is on disk. */
  settled(): Promise<void> {
    return this.#writer.isIdle ? Promise.resolve() : this.#writer.flush();
  }
}

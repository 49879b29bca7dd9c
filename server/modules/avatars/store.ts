/** Of whom a picture has been taken away: whoever still has it must hear that there is none, whenever he comes. */
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `CREATE TABLE avatars_removed (
      localpart TEXT PRIMARY KEY
    ) STRICT`,
  },
];

const IS_THERE = 'SELECT 1 AS found FROM avatars_removed WHERE localpart = ?';
const ADD = 'INSERT INTO avatars_removed (localpart) VALUES (?) ON CONFLICT DO NOTHING';
const REMOVE = 'DELETE FROM avatars_removed WHERE localpart = ?';

export class RemovedAvatars {
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  has(localpart: string): boolean {
    return this.#reader.get(IS_THERE, localpart) !== undefined;
  }

  add(localpart: string): void {
    void this.#writer.write([{ sql: ADD, params: [localpart] }]);
  }

  delete(localpart: string): void {
    void this.#writer.write([{ sql: REMOVE, params: [localpart] }]);
  }
}

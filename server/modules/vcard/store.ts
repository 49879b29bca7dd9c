/** vCards, kept as the XML that their owners sent. */
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `CREATE TABLE vcard (
      localpart TEXT PRIMARY KEY,
      xml TEXT NOT NULL
    ) STRICT`,
  },
];

const READ = 'SELECT xml FROM vcard WHERE localpart = ?';
const WRITE =
  'INSERT INTO vcard (localpart, xml) VALUES (?, ?) ON CONFLICT (localpart) DO UPDATE SET xml = excluded.xml';
const REMOVE = 'DELETE FROM vcard WHERE localpart = ?';

export class VcardStore {
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  read(localpart: string): string | undefined {
    return this.#reader.get<{ xml: string }>(READ, localpart)?.xml;
  }

  /** Resolves when it is on disk. */
  write(localpart: string, xml: string): Promise<void> {
    return this.#writer.write([{ sql: WRITE, params: [localpart, xml] }]);
  }

  /** Resolves when it is gone from the disk. */
  remove(localpart: string): Promise<void> {
    return this.#writer.write([{ sql: REMOVE, params: [localpart] }]);
  }
}

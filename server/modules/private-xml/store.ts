/** Private XML, kept by account and namespace. */
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `CREATE TABLE private_xml (
      localpart TEXT NOT NULL,
      xmlns TEXT NOT NULL,
      xml TEXT NOT NULL,
      PRIMARY KEY (localpart, xmlns)
    ) STRICT`,
  },
];

const READ = 'SELECT xml FROM private_xml WHERE localpart = ? AND xmlns = ?';
const NAMESPACES = 'SELECT xmlns FROM private_xml WHERE localpart = ?';
const WRITE = `INSERT INTO private_xml (localpart, xmlns, xml) VALUES (?, ?, ?)
  ON CONFLICT (localpart, xmlns) DO UPDATE SET xml = excluded.xml`;
const REMOVE = 'DELETE FROM private_xml WHERE localpart = ? AND xmlns = ?';
const REMOVE_ACCOUNT = 'DELETE FROM private_xml WHERE localpart = ?';

export class PrivateXmlStore {
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  read(localpart: string, xmlns: string): string | undefined {
    return this.#reader.get<{ xml: string }>(READ, localpart, xmlns)?.xml;
  }

  namespaces(localpart: string): readonly string[] {
    return this.#reader.all<{ xmlns: string }>(NAMESPACES, localpart).map(({ xmlns }) => xmlns);
  }

  /** Stores texts by namespace, all or none; undefined removes what is there. Resolves when it is on disk. */
  write(localpart: string, texts: ReadonlyMap<string, string | undefined>): Promise<void> {
    return this.#writer.write(
      [...texts].map(([xmlns, xml]) =>
        xml === undefined
          ? { sql: REMOVE, params: [localpart, xmlns] }
          : { sql: WRITE, params: [localpart, xmlns, xml] },
      ),
    );
  }

  removeAccount(localpart: string): Promise<void> {
    return this.#writer.write([{ sql: REMOVE_ACCOUNT, params: [localpart] }]);
  }
}

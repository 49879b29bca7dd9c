/** The tables of block lists: those that are followed, and the hashes on them. */
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `
      CREATE TABLE block_lists_source (
        source TEXT NOT NULL PRIMARY KEY
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE block_lists_hash (
        source TEXT NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (source, hash)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

export class BlockListStore {
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  /** The lists that were followed when the server ran last, as they stand in the setting. */
  sources(): readonly string[] {
    return this.#reader.all<{ source: string }>('SELECT source FROM block_lists_source').map(({ source }) => source);
  }

  hashes(source: string): readonly string[] {
    return this.#reader
      .all<{ hash: string }>('SELECT hash FROM block_lists_hash WHERE source = ?', source)
      .map(({ hash }) => hash);
  }

  /** Queued; nobody waits for them. */
  addSource(source: string): void {
    void this.#writer.write([
      { sql: 'INSERT OR IGNORE INTO block_lists_source (source) VALUES (?)', params: [source] },
    ]);
  }

  removeSource(source: string): void {
    void this.#writer.write([
      { sql: 'DELETE FROM block_lists_source WHERE source = ?', params: [source] },
      { sql: 'DELETE FROM block_lists_hash WHERE source = ?', params: [source] },
    ]);
  }

  change(source: string, added: readonly string[], removed: readonly string[]): void {
    if (added.length === 0 && removed.length === 0) return;
    void this.#writer.write([
      ...removed.map((hash) => ({
        sql: 'DELETE FROM block_lists_hash WHERE source = ? AND hash = ?',
        params: [source, hash],
      })),
      ...added.map((hash) => ({
        sql: 'INSERT OR IGNORE INTO block_lists_hash (source, hash) VALUES (?, ?)',
        params: [source, hash],
      })),
    ]);
  }
}

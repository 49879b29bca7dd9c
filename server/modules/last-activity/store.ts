/** When accounts were last there, kept. */
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `CREATE TABLE last_activity (
      localpart TEXT PRIMARY KEY,
      at_ms INTEGER NOT NULL,
      status TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
  },
];

const READ = 'SELECT at_ms AS atMs, status FROM last_activity WHERE localpart = ?';
const READ_ALL = 'SELECT localpart, at_ms AS atMs FROM last_activity';
const WRITE = `INSERT INTO last_activity (localpart, at_ms, status) VALUES (?, ?, ?)
  ON CONFLICT (localpart) DO UPDATE SET at_ms = excluded.at_ms, status = excluded.status`;
const REMOVE = 'DELETE FROM last_activity WHERE localpart = ?';

export interface Departure {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** What was said on leaving; empty when nothing was. */
  readonly status: string;
}

/** Sees what it has written before it is on disk. */
export class LastActivityStore {
  readonly #reader: Reader;
  readonly #writer: Writer;
  /** On their way to the disk; undefined stands for a removal. */
  readonly #pending = new Map<string, Departure | undefined>();

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  read(localpart: string): Departure | undefined {
    return this.#pending.has(localpart) ? this.#pending.get(localpart) : this.#reader.get<Departure>(READ, localpart);
  }

  /** Of everybody who was there ever, without what they said. */
  readAll(): ReadonlyMap<string, number> {
    const rows = this.#reader.all<{ localpart: string; atMs: number }>(READ_ALL);
    const all = new Map(rows.map(({ localpart, atMs }) => [localpart, atMs]));
    for (const [localpart, departure] of this.#pending) {
      if (departure === undefined) all.delete(localpart);
      else all.set(localpart, departure.atMs);
    }
    return all;
  }

  write(localpart: string, departure: Departure): void {
    this.#put(localpart, departure, { sql: WRITE, params: [localpart, departure.atMs, departure.status] });
  }

  remove(localpart: string): void {
    this.#put(localpart, undefined, { sql: REMOVE, params: [localpart] });
  }

  #put(localpart: string, value: Departure | undefined, change: Parameters<Writer['write']>[0][number]): void {
    this.#pending.set(localpart, value);
    const settled = () => {
      if (this.#pending.get(localpart) === value) this.#pending.delete(localpart);
    };
    this.#writer.write([change]).then(settled, settled);
  }
}

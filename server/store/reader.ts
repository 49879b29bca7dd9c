/** Reading: synchronous, on the main thread, through statements that are prepared once. */
import type Sqlite from 'better-sqlite3';

/** What SQLite stores. Blobs come back as `Buffer`, integers as `number`; a boolean is written as 0 or 1. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/**
 * Reads what is committed. A row is an object with the query's column names; `Row` is the caller's promise of its shape.
 *
 * SQL texts must be constants with `?` for every value: each distinct text stays prepared for good.
 */
export interface Reader {
  /** The first row, or undefined when there is none. */
  get<Row>(sql: string, ...params: SqlValue[]): Row | undefined;
  /** All rows. Give the query a LIMIT where a peer decides how many there are. */
  all<Row>(sql: string, ...params: SqlValue[]): Row[];
}

/** A reader on `connection`, which stays the caller's to close. */
export function createReader(connection: Sqlite.Database): Reader {
  const prepared = new Map<string, Sqlite.Statement<SqlValue[]>>();
  const statement = (sql: string) => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const made = connection.prepare<SqlValue[]>(sql);
    prepared.set(sql, made);
    return made;
  };
  return {
    get: <Row>(sql: string, ...params: SqlValue[]) => statement(sql).get(...params) as Row | undefined,
    all: <Row>(sql: string, ...params: SqlValue[]) => statement(sql).all(...params) as Row[],
  };
}

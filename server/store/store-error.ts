/** What can go wrong with the database, in words that a caller can act on. */

export type StoreErrorCode =
  /** A newer Snug has written this database; an older one must not touch it. */
  | 'schema-too-new'
  /** The file was no sound database; it has been set aside, `path` says where. */
  | 'damaged'
  /** The file could not be opened or read (permissions, locked by another program). */
  | 'cannot-open'
  /** A migration failed and was taken back. */
  | 'migration-failed'
  /** The database refused this one write, for example by a constraint; others were not harmed. */
  | 'rejected'
  /** No room is left on the disk. The writer takes nothing more. */
  | 'disk-full'
  /** Reading or writing failed below us. The writer takes nothing more. */
  | 'disk-failure'
  /** The database has been closed. */
  | 'closed';

/** An error of the store. Its message names paths and tables: it is for the log and the host, never for a peer. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** SQLite's own extended result code (`SQLITE_CONSTRAINT_UNIQUE`), when it was SQLite that complained. */
  readonly sqliteCode: string | undefined;
  /** The file that the error is about, when it is about one. */
  readonly path: string | undefined;

  constructor(
    code: StoreErrorCode,
    message: string,
    details: { sqliteCode?: string; path?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'StoreError';
    this.code = code;
    this.sqliteCode = details.sqliteCode;
    this.path = details.path;
  }
}

/** What crosses from the writer's thread in place of an error object. */
export interface Fault {
  /** SQLite's extended result code, or empty when the error was not SQLite's. */
  readonly sqliteCode: string;
  readonly message: string;
}

/** The part of any thrown value that is worth sending or keeping. */
export function readFault(error: unknown): Fault {
  if (!(error instanceof Error)) return { sqliteCode: '', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { sqliteCode: code.startsWith('SQLITE_') ? code : '', message: error.message };
}

/** SQLite's complaints about one statement; after any other the whole transaction, and the disk, is in doubt. */
const HARMLESS = ['SQLITE_CONSTRAINT', 'SQLITE_MISMATCH', 'SQLITE_ERROR', 'SQLITE_TOOBIG', 'SQLITE_RANGE'];

/** Whether a fault concerns only the statement that met it. An error that is not SQLite's is a wrong parameter. */
export function isHarmless(fault: Fault): boolean {
  return fault.sqliteCode === '' || HARMLESS.some((code) => fault.sqliteCode.startsWith(code));
}

/** The error of a write unit that the database refused on its own. */
export function rejectedError(fault: Fault): StoreError {
  return new StoreError('rejected', `The database refused a write: ${fault.message}`, { sqliteCode: fault.sqliteCode });
}

/** The error of everything that was queued when the disk failed. */
export function lostError(fault: Fault): StoreError {
  const isFull = fault.sqliteCode.startsWith('SQLITE_FULL');
  return new StoreError(
    isFull ? 'disk-full' : 'disk-failure',
    isFull ? 'The disk is full; nothing more can be stored.' : `Storing failed: ${fault.message}`,
    { sqliteCode: fault.sqliteCode },
  );
}

/** Opening SQLite with the settings that "what is acknowledged is on disk" needs. */
import Sqlite from 'better-sqlite3';

/** How long a statement waits for another program's lock, such as a backup tool's. The host's own connections never collide. */
const BUSY_TIMEOUT_MS = 5_000;
/** After a burst the write-ahead log is cut back to this size, so that it does not stay as large as it once was. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

/** A connection that may write. Throws SQLite's error when the file is no database or cannot be opened. */
export function openForWriting(path: string): Sqlite.Database {
  const connection = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
  return setUp(connection, () => {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    // macOS: a plain fsync leaves data in the drive's cache.
    connection.pragma('fullfsync = ON');
    connection.pragma('checkpoint_fullfsync = ON');
    connection.pragma('foreign_keys = ON');
    connection.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
  });
}

/** A connection that cannot write. The database must exist. */
export function openForReading(path: string): Sqlite.Database {
  const connection = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS, readonly: true, fileMustExist: true });
  // SQLite opens the file at the first read; an unreadable one should be met here.
  return setUp(connection, () => connection.pragma('schema_version'));
}

/** An empty database that is gone when it is closed. */
export function openInMemory(): Sqlite.Database {
  const connection = new Sqlite(':memory:');
  return setUp(connection, () => connection.pragma('foreign_keys = ON'));
}

function setUp(connection: Sqlite.Database, apply: () => void): Sqlite.Database {
  try {
    apply();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

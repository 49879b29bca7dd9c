/** The database: one SQLite file, a reader on this thread, a writer on its own. */
import type Sqlite from 'better-sqlite3';
import type { Logger } from '../log/log.ts';
import { openForReading, openForWriting, openInMemory } from './connection.ts';
import {
  cannotOpen,
  copyBeforeMigration,
  fileBytes,
  findDamage,
  isDamage,
  prepareFile,
  setAside,
} from './database-file.ts';
import { GroupCommit } from './group-commit.ts';
import { applyMigrations, findPending, type Migration } from './migrations.ts';
import { createReader, type Reader } from './reader.ts';
import { StoreError } from './store-error.ts';
import { ThreadWriter } from './thread-writer.ts';
import { DirectWriter, type Writer } from './writer.ts';

export interface DatabaseOptions {
  /** The database's file. It is made, and its directory, when it is not there. */
  readonly path: string;
  /** Of all rooms and modules; owners in the order in which their tables refer to each other. */
  readonly migrations: readonly Migration[];
  readonly log: Logger;
  /** Called once when the disk is full or fails: everything queued has been rejected, and nothing more is taken. */
  readonly onFatal?: (error: StoreError) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** The code of the writer's thread, where a bundler has put it elsewhere. */
  readonly threadEntry?: URL;
}

/** An open database. Two processes must not open the same one: see lock.ts. */
export class Database {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly #connection: Sqlite.Database;
  readonly #closeWriter: () => Promise<void> | void;

  /**
   * Checks, migrates and opens. Rejects with a StoreError: `cannot-open`, `damaged` (the file has been set aside; no
   * empty one takes its place by itself), `schema-too-new`, `migration-failed`.
   */
  static async open(options: DatabaseOptions): Promise<Database> {
    const { path, log } = options;
    await bringUpToDate(options);
    const writer = await ThreadWriter.start({
      path,
      log,
      onFatal: options.onFatal ?? (() => undefined),
      ...(options.threadEntry === undefined ? {} : { threadEntry: options.threadEntry }),
    }).catch((error: unknown) => {
      throw error instanceof StoreError ? error : cannotOpen(path, error);
    });
    try {
      return new Database(openForReading(path), writer, () => writer.close());
    } catch (error) {
      await writer.close();
      throw cannotOpen(path, error);
    }
  }

  /** An empty database in memory whose writer applies at once, for scenes with a fake clock. */
  static inMemory(options: Pick<DatabaseOptions, 'migrations' | 'log' | 'now'>): Database {
    const connection = openInMemory();
    applyMigrations(connection, findPending(connection, options.migrations), options.now ?? Date.now);
    const writer = new DirectWriter(new GroupCommit(connection), options.log);
    return new Database(connection, writer, () => writer.close());
  }

  private constructor(connection: Sqlite.Database, writer: Writer, closeWriter: () => Promise<void> | void) {
    this.#connection = connection;
    this.#closeWriter = closeWriter;
    this.reader = createReader(connection);
    this.writer = writer;
  }

  /** Commits what is queued, then closes. Reading and writing fail afterwards. May be called again. */
  async close(): Promise<void> {
    if (!this.#connection.open) return;
    // The connection that is closed last folds the write-ahead log into the file, which a reader may not.
    this.#connection.close();
    await this.#closeWriter();
  }

  /** What the database takes on disk with its write-ahead log, or in memory; in bytes. */
  sizeBytes(): number {
    if (!this.#connection.memory) return fileBytes(this.#connection.name);
    const pages = Number(this.#connection.pragma('page_count', { simple: true }));
    return pages * Number(this.#connection.pragma('page_size', { simple: true }));
  }
}

async function bringUpToDate(options: DatabaseOptions): Promise<void> {
  const { path, log, migrations } = options;
  const now = options.now ?? Date.now;
  const isFresh = prepareFile(path);
  const connection = openSound(path, isFresh, now);
  try {
    const pending = findPending(connection, migrations);
    if (pending.length > 0 && !isFresh) {
      log.info({ copy: await copyBeforeMigration(connection, path, now()) }, 'database copied before migration');
    }
    applyMigrations(connection, pending, now);
    if (pending.length > 0) log.info({ migrations: pending.length }, 'database migrated');
  } catch (error) {
    throw error instanceof StoreError ? error : cannotOpen(path, error);
  } finally {
    connection.close();
  }
}

function openSound(path: string, isFresh: boolean, now: () => number): Sqlite.Database {
  let connection: Sqlite.Database | undefined;
  let damage: string | undefined;
  try {
    connection = openForWriting(path);
    damage = isFresh ? undefined : findDamage(connection);
  } catch (error) {
    if (!isDamage(error)) {
      connection?.close();
      throw cannotOpen(path, error);
    }
    damage = error instanceof Error ? error.message : String(error);
  }
  if (connection !== undefined && damage === undefined) return connection;
  connection?.close();
  throw setAside(path, damage ?? 'it could not be read', now());
}

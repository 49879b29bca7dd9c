/** The database's file: its modes, its soundness, and the copies that stand beside it. */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Sqlite from 'better-sqlite3';
import { readFault, StoreError } from './store-error.ts';

/** Copies from before a migration; three reach back over as many upgrades. */
const COPIES_KEPT = 3;
/** SQLite's companions of a database, named after it. */
const COMPANIONS = ['-wal', '-shm'];

/**
 * Makes the file and its directory, open to nobody else (0600 and 0700; SQLite gives its companions the file's mode).
 * A directory that is there already keeps its mode: it may hold what is not ours. Returns whether the file is empty.
 */
export function prepareFile(path: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    return statSync(path).size === 0;
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

/** The error for a file that cannot be used but is not known to be damaged. */
export function cannotOpen(path: string, error: unknown): StoreError {
  const { sqliteCode, message } = readFault(error);
  return new StoreError('cannot-open', `${path} cannot be opened: ${message}`, { path, sqliteCode, cause: error });
}

/** Whether SQLite's error says that the file's content is wrong, rather than that it could not be read. */
export function isDamage(error: unknown): boolean {
  const { sqliteCode } = readFault(error);
  return sqliteCode.startsWith('SQLITE_CORRUPT') || sqliteCode.startsWith('SQLITE_NOTADB');
}

/** What SQLite finds wrong with the database, or undefined. */
export function findDamage(connection: Sqlite.Database): string | undefined {
  const verdict = String(connection.pragma('quick_check(1)', { simple: true }));
  return verdict === 'ok' ? undefined : verdict;
}

/** Renames a damaged database out of the way, with its companions, since they may hold what can be rescued. */
export function setAside(path: string, reason: string, nowMs: number): StoreError {
  const aside = freeName(`${path}.damaged-${stamp(nowMs)}`);
  for (const suffix of ['', ...COMPANIONS]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return new StoreError('damaged', `The database was damaged (${reason}) and has been moved to ${aside}.`, {
    path: aside,
  });
}

/**
 * Copies the database to `<path>.before-<date>` and forgets all but the newest copies. A copy has its final name only
 * when it is complete. Returns the copy's path.
 */
export async function copyBeforeMigration(connection: Sqlite.Database, path: string, nowMs: number): Promise<string> {
  const copy = freeName(`${path}.before-${stamp(nowMs)}`);
  const partial = `${path}.copying`;
  for (const suffix of ['', '-journal', ...COMPANIONS]) rmSync(partial + suffix, { force: true });
  closeSync(openSync(partial, 'a', 0o600));
  await connection.backup(partial);
  renameSync(partial, copy);
  forgetOldCopies(path);
  return copy;
}

function forgetOldCopies(path: string): void {
  const directory = dirname(path);
  const prefix = `${basename(path)}.before-`;
  const copies = readdirSync(directory).filter((name) => name.startsWith(prefix));
  // The names' dates sort as text.
  for (const name of copies.sort().slice(0, -COPIES_KEPT)) rmSync(join(directory, name), { force: true });
}

/** The size on disk with the write-ahead log, in bytes. */
export function fileBytes(path: string): number {
  let bytes = 0;
  for (const suffix of ['', '-wal']) bytes += statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}

/** A date for a file name; Windows allows no colons in it. */
function stamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(':', '-').replace('.', '-');
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let number = 2; existsSync(name); number++) name = `${wanted}.${number}`;
  return name;
}

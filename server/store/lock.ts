/**
 * The lock of a data directory: a second server on it refuses, and says which process holds it.
 *
 * The file `snug.pid` names a process and when it started, so that a lock left behind by a process that was killed, or
 * whose number has been given to another program since, is taken over.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity, processState } from './process-identity.ts';

const LOCK_FILE = 'snug.pid';

/** Another server runs on the same data directory. */
export class LockError extends Error {
  /** The process that holds the lock. */
  readonly pid: number;

  constructor(pid: number, path: string) {
    super(`Another Snug server (process ${pid}) is running on this data directory; ${path} says so.`);
    this.name = 'LockError';
    this.pid = pid;
  }
}

export interface Lock {
  readonly path: string;
  /** Removes the file if it is still ours. May be called again. */
  release(): void;
}

interface Holder {
  readonly pid: number;
  readonly identity: string;
}

/** Takes the lock of `dataDir`, which is made when it is not there. Throws LockError when a living process holds it. */
export function acquireLock(dataDir: string): Lock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, LOCK_FILE);
  const ours = `${process.pid}\n${processIdentity(process.pid) ?? ''}\n`;
  // Two servers that start at once may each lose a round to the other, but not three.
  for (let round = 0; round < 3; round++) {
    if (create(path, ours)) return { path, release: () => release(path, ours) };
    const found = read(path);
    const holder = found === undefined ? undefined : parseHolder(found);
    if (holder !== undefined && isAlive(holder)) throw new LockError(holder.pid, path);
    if (found !== undefined) removeStale(path, found);
  }
  throw new LockError(parseHolder(read(path) ?? '')?.pid ?? 0, path);
}

/** The file appears with its content or not at all; false when it is there already. */
function create(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    return createWithoutLink(path, content);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** FAT, exFAT and some network file systems have no links. */
function createWithoutLink(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Renaming lets only one of several servers take a stale lock away. Whoever finds that it has taken a new one instead,
 * because another was faster, puts it back.
 */
function removeStale(path: string, content: string): void {
  const taken = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, taken);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const takenContent = read(taken);
  if (takenContent !== undefined && takenContent !== content) create(path, takenContent);
  rmSync(taken, { force: true });
}

function release(path: string, ours: string): void {
  if (read(path) === ours) rmSync(path, { force: true });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined when the file was cut short by a crash, and so nobody's. */
function parseHolder(content: string): Holder | undefined {
  const [pid = '', identity = ''] = content.split('\n');
  return /^[1-9]\d*$/.test(pid) ? { pid: Number(pid), identity } : undefined;
}

function isAlive(holder: Holder): boolean {
  if (processState(holder.pid) === 'gone') return false;
  const identity = processIdentity(holder.pid);
  // Where the system does not tell when a process started, a process with the number must count as the holder.
  return identity === undefined || holder.identity === '' || identity === holder.identity;
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

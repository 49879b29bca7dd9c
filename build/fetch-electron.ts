/**
 * Fetches Electron's program, which its npm package leaves to the first start, and tells meanwhile how far it is.
 *
 * Electron's own script does the work. It shows nothing for the first 30 s and waits for a dead network for minutes, so
 * we watch the file that it writes: in a folder for temporary files that is its alone.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A network that is there answers well within this. */
const FIRST_BYTE_MS = 10_000;
/** A download that stands still for this long has been cut off. */
const STALL_MS = 30_000;
const LOOK_MS = 500;
const MEGABYTE = 1_000_000;

export interface FetchOptions {
  /** Electron's `install.js`. */
  readonly script: string;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  print(text: string): void;
  /** Whether a line can be written over, as in a terminal. */
  readonly isTerminal: boolean;
  /** For tests; otherwise as above. */
  readonly firstByteMs?: number;
  readonly stallMs?: number;
}

/** Resolves with undefined when the program is there, otherwise with why not, as the end of a sentence. */
export async function fetchElectron(options: FetchOptions): Promise<string | undefined> {
  const { script, version, environment, print } = options;
  const folder = mkdtempSync(join(tmpdir(), 'snug-electron-'));
  print(`Fetching the desktop shell (Electron ${version}, about 120 MB), this once …\n`);
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...environment, TMPDIR: folder, TEMP: folder, TMP: folder, ELECTRON_GET_NO_PROGRESS: '1' },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-10_000);
  });
  const watch = watchProgress(folder, options, () => child.kill('SIGKILL'));
  const status = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  const isStalled = watch.stop();
  rmSync(folder, { recursive: true, force: true });
  if (status === 0) return undefined;
  return isStalled
    ? 'Electron could not be fetched (the network does not answer)'
    : `Electron could not be fetched (${causeOf(errors)})`;
}

/** `stop` tells whether it gave up on the download. */
function watchProgress(folder: string, options: FetchOptions, giveUp: () => void): { stop(): boolean } {
  const { print, isTerminal, firstByteMs = FIRST_BYTE_MS, stallMs = STALL_MS } = options;
  let bytes = 0;
  let shown = 0;
  let changedAt = performance.now();
  let hasGivenUp = false;
  const look = setInterval(() => {
    const now = bytesBelow(folder);
    if (now !== bytes) changedAt = performance.now();
    bytes = now;
    const megabytes = Math.floor(bytes / MEGABYTE);
    // Where lines cannot be written over, one in ten megabytes is enough.
    if (megabytes > shown && (isTerminal || megabytes >= shown + 10)) {
      shown = megabytes;
      print(isTerminal ? `\r  ${megabytes} MB` : `  ${megabytes} MB\n`);
    }
    const patienceMs = bytes === 0 ? firstByteMs : stallMs;
    if (performance.now() - changedAt < patienceMs || hasGivenUp) return;
    hasGivenUp = true;
    giveUp();
  }, LOOK_MS);
  return {
    stop: () => {
      clearInterval(look);
      if (isTerminal && shown > 0) print('\n');
      return hasGivenUp;
    },
  };
}

function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    // A file can go between being listed and being looked at.
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** The script prints a stack; people need the one line that names the cause. */
function causeOf(errors: string): string {
  // Node keeps the true cause of this one to itself.
  if (errors.includes('fetch failed')) return 'its download cannot be reached from here';
  const [first = ''] = errors.split('\n').filter((line) => line.trim() !== '');
  return first.trim() || 'for an unknown reason';
}

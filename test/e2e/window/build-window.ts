/** The window's bundle, built anew when its sources are newer; once, however many test files ask at the same time. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../../..');
const CONFIG = join(ROOT, 'vite.renderer.config.ts');
export const PAGE_DIR = join(ROOT, 'dist/renderer');
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');
const LOCK = join(ROOT, 'dist/.building-renderer');
/** A build takes two seconds; a lock this old was left behind by a run that was killed. */
const STALE_MS = 60_000;

export async function buildWindow(): Promise<void> {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  while (!takeLock()) await wait(100);
  try {
    if (!isFresh()) await build();
  } finally {
    rmdirSync(LOCK);
  }
}

/** As `npm run build:window` does it: within a test run, Vite would put React's development form into the bundle. */
async function build(): Promise<void> {
  const { NODE_ENV: _, ...env } = process.env;
  await promisify(execFile)(process.execPath, [VITE, 'build', '--config', CONFIG], { cwd: ROOT, env });
}

function takeLock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    const taken = statSync(LOCK, { throwIfNoEntry: false });
    if (taken !== undefined && Date.now() - taken.mtimeMs > STALE_MS) rmdirSync(LOCK);
    return false;
  }
}

function isFresh(): boolean {
  const built = statSync(join(PAGE_DIR, 'index.html'), { throwIfNoEntry: false });
  return (
    built !== undefined && newest(join(ROOT, 'renderer')) < built.mtimeMs && statSync(CONFIG).mtimeMs < built.mtimeMs
  );
}

function newest(directory: string): number {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return Math.max(...entries.map(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs));
}

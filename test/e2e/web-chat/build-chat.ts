/** The web chat's page, built anew when its sources are newer; once, however many test files ask at the same time. */
import { execFile } from 'node:child_process';
import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isFresh } from '../../../build/freshness.ts';
import { CHAT_SOURCES } from '../../../build/web-chat/sources.ts';

const ROOT = join(import.meta.dirname, '../../..');
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');
const LOCK = join(ROOT, 'dist/.building-chat');
/** A build takes two seconds; a lock this old was left behind by a run that was killed. */
const STALE_MS = 60_000;

export async function buildChat(): Promise<void> {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  while (!takeLock()) await wait(100);
  try {
    const sources = CHAT_SOURCES.map((source) => join(ROOT, source));
    if (!isFresh(join(ROOT, 'dist/chat/index.html'), sources)) await build();
  } finally {
    rmdirSync(LOCK);
  }
}

async function build(): Promise<void> {
  const { NODE_ENV: _, ...env } = process.env;
  await promisify(execFile)(process.execPath, [VITE, 'build', '--config', 'vite.chat.config.ts'], { cwd: ROOT, env });
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

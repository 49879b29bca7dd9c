/** The file `settings.json`: one flat object of `group.name` keys, holding only what somebody has set. */
import { readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from './config-error.ts';

/**
 * What is stored, unchecked; empty when there is no file yet.
 * @throws ConfigError when the file cannot be read or is not a JSON object
 */
export function readSettingsFile(path: string): ReadonlyMap<string, unknown> {
  const text = readText(path);
  if (text === undefined) return new Map();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new ConfigError([`${path}: the file is not valid JSON (${messageOf(error)}).`]);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ConfigError([`${path}: the file must hold one JSON object of settings, such as {"c2s.port": 5222}.`]);
  }
  return new Map(Object.entries(parsed));
}

/**
 * Replaces the file as a whole: at every moment, a power cut included, the path holds the old or the new settings.
 * @throws the file system's error; the old file is then untouched
 */
export async function writeSettingsFile(path: string, stored: ReadonlyMap<string, unknown>): Promise<void> {
  const temporary = `${path}.new`;
  const sorted = [...stored].sort(([a], [b]) => (a < b ? -1 : 1));
  try {
    await rm(temporary, { force: true }); // left by a crash
    // SECURITY: settings may come to hold secrets of modules, so only the owner reads them.
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** A rename is on disk only when its directory is. Windows cannot open directories and needs no such step. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function readText(path: string): string | undefined {
  try {
    // Editors on Windows like to begin a file with a byte order mark, which JSON does not know.
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError([`${path}: the file cannot be read (${messageOf(error)}).`]);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

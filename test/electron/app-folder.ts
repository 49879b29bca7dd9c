/** An app folder laid out as the packaged one: the real worker, the real preload script, and a page. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundlePreload } from './bundle-preload.ts';

const ROOT = join(import.meta.dirname, '../..');
const REAL_WORKER = pathToFileURL(join(ROOT, 'server/main.ts')).href;
const BUILT_WINDOW = join(ROOT, 'dist', 'renderer');
const PAGE = '<!doctype html><meta charset="utf-8"><title>Snug</title><p>The page of the tests.</p>';

export interface AppFolder {
  readonly path: string;
  /** Replaces the worker by other code; nothing puts the real one back. */
  useWorker(code: string): void;
  /** Replaces the page of the tests by the window that was built. */
  useRealWindow(): void;
  remove(): void;
}

export async function createAppFolder(): Promise<AppFolder> {
  const path = mkdtempSync(join(tmpdir(), 'snug-app-'));
  const built = join(path, '.vite', 'build');
  const renderer = join(path, 'dist', 'renderer');
  mkdirSync(built, { recursive: true });
  mkdirSync(renderer, { recursive: true });
  mkdirSync(join(path, 'build'));
  symlinkSync(join(ROOT, 'build', 'icons'), join(path, 'build', 'icons'));
  writeFileSync(join(renderer, 'index.html'), PAGE);
  const useWorker = (code: string): void => writeFileSync(join(built, 'worker.cjs'), code);
  useWorker(`import(${JSON.stringify(REAL_WORKER)});`);
  await bundlePreload(built);
  return {
    path,
    useWorker,
    useRealWindow: () => cpSync(BUILT_WINDOW, renderer, { recursive: true }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

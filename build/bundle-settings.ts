/** What the bundles of the app have in common: each is one CommonJS file in `.vite/build`, for Electron's own Node. */
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import type { UserConfig } from 'vite';
import { sourcePlaces } from './source-places.ts';

const ROOT = join(import.meta.dirname, '..');
const OUT_DIR = join(ROOT, '.vite/build');

export interface Bundle {
  /** The source file, from the project's folder. */
  readonly entry: string;
  /** The bundle's name without `.cjs`: all lie in one folder, and both entries of the app are called main.ts. */
  readonly name: string;
  /** The settings that Forge reads; both of the server's bundles have the same. */
  readonly config: string;
  readonly target: 'main' | 'preload';
}

export const BUNDLES: readonly Bundle[] = [
  { entry: 'electron/main.ts', name: 'main', config: 'vite.main.config.ts', target: 'main' },
  { entry: 'electron/preload.ts', name: 'preload', config: 'vite.preload.config.ts', target: 'preload' },
  { entry: 'server/main.ts', name: 'worker', config: 'vite.worker.config.ts', target: 'main' },
  { entry: 'server/store/writer-thread.ts', name: 'writer-thread', config: 'vite.worker.config.ts', target: 'main' },
];
export const WINDOW_CONFIG = 'vite.renderer.config.ts';
export const CHAT_CONFIG = 'vite.chat.config.ts';

/** @throws Error for a source file that is no bundle's entry */
export function bundleSettings(entry: string): UserConfig {
  const bundle = BUNDLES.find((candidate) => candidate.entry === entry);
  if (bundle === undefined) throw new Error(`${entry} is not the entry of a bundle.`);
  return {
    root: ROOT,
    plugins: [sourcePlaces({ root: ROOT, outDir: OUT_DIR })],
    resolve: { conditions: ['node'], mainFields: ['module', 'jsnext:main', 'jsnext'] },
    build: {
      outDir: OUT_DIR,
      // The others lie there, too.
      emptyOutDir: false,
      copyPublicDir: false,
      target: 'node24',
      // A stack trace in somebody's log must be readable; what minifying would save is nothing beside Electron itself.
      minify: false,
      lib: { entry, formats: ['cjs'], fileName: () => `${bundle.name}.cjs` },
      rolldownOptions: {
        // better-sqlite3 has a compiled part and is packaged as it is.
        external: ['electron', 'better-sqlite3', ...builtinModules.flatMap((name) => [name, `node:${name}`])],
        platform: 'node',
        output: { codeSplitting: false },
      },
    },
  };
}

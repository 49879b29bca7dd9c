/** The real preload script as the window loads it: one CommonJS file, as sandboxed scripts must be. */
import { join } from 'node:path';
import { build } from 'vite';

const PRELOAD = join(import.meta.dirname, '../../electron/preload.ts');

/** Writes `preload.cjs` into `folder`. */
export async function bundlePreload(folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: PRELOAD,
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { external: ['electron'], output: { format: 'cjs', entryFileNames: 'preload.cjs' } },
    },
  });
}

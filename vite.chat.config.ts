/** How the web chat's page is built: one folder that the server hands out as it is, at /chat/. */
import { join } from 'node:path';
import { defineConfig } from 'vite';
import { compressed } from './build/web-chat/compressed.ts';
import { converseFiles } from './build/web-chat/converse-files.ts';

const outDir = join(import.meta.dirname, 'dist/chat');

export default defineConfig({
  root: join(import.meta.dirname, 'renderer/chat'),
  base: './',
  plugins: [converseFiles(outDir), compressed(outDir)],
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    // SECURITY: nothing as a `data:` address or inline, so that the content security policy needs no exception for it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

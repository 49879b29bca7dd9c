/** How the settings window is built: one folder that works from a file, from the loopback door and from the app. */
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: join(import.meta.dirname, 'renderer'),
  // Relative addresses: the page does not know under which scheme or path it is served.
  base: './',
  plugins: [react()],
  build: {
    outDir: join(import.meta.dirname, 'dist/renderer'),
    emptyOutDir: true,
    target: 'es2024',
    // SECURITY: nothing as a `data:` address, so that the content security policy needs no exception for them.
    assetsInlineLimit: 0,
    // It is read from this very computer; one file is the fastest.
    chunkSizeWarningLimit: 1000,
  },
});

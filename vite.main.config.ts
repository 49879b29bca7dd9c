/** How Electron's main process is bundled. */
import { defineConfig } from 'vite';
import { bundleSettings } from './build/bundle-settings.ts';

export default defineConfig(bundleSettings('electron/main.ts'));

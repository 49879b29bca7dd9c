/** How the window's preload script is bundled: sandboxed, it may require nothing but Electron's renderer half. */
import { defineConfig } from 'vite';
import { bundleSettings } from './build/bundle-settings.ts';

export default defineConfig(bundleSettings('electron/preload.ts'));

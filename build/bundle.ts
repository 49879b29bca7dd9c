/**
 * Bundles the app without packaging it: what `electron .` needs in this folder. Forge does the same for a package, with
 * the same settings.
 */
import { join } from 'node:path';
import { build } from 'vite';
import { BUNDLES, bundleSettings, CHAT_CONFIG, WINDOW_CONFIG } from './bundle-settings.ts';

const root = join(import.meta.dirname, '..');

await Promise.all([
  ...BUNDLES.map(({ entry }) => build({ ...bundleSettings(entry), configFile: false, logLevel: 'warn' })),
  build({ configFile: join(root, WINDOW_CONFIG), logLevel: 'warn' }),
  build({ configFile: join(root, CHAT_CONFIG), logLevel: 'warn' }),
]);

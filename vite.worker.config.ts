/** How the server is bundled for the app: the worker, and the thread that writes to the database. */
import { defineConfig } from 'vite';
import { bundleSettings } from './build/bundle-settings.ts';

/** What Forge hands to a configuration besides Vite's own. */
interface ForgeEnvironment {
  readonly forgeConfigSelf?: { readonly entry: unknown };
}

export default defineConfig((environment) => {
  const { forgeConfigSelf } = environment as ForgeEnvironment;
  return bundleSettings(typeof forgeConfigSelf?.entry === 'string' ? forgeConfigSelf.entry : 'server/main.ts');
});

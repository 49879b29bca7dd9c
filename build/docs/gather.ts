/** What the generated pages are made of: the server in memory, asked what it consists of. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Accounts } from '../../server/accounts/accounts.ts';
import { ACCOUNT_MIGRATIONS } from '../../server/accounts/store.ts';
import { systemClock } from '../../server/clock/clock.ts';
import { Config, type SettingDescription } from '../../server/config/config.ts';
import { createCore, moduleMigrations, settingsGroups } from '../../server/core.ts';
import { createLogger } from '../../server/log/log.ts';
import type { Hooks, Module } from '../../server/modulehost/module.ts';
import { Database } from '../../server/store/database.ts';
import type { StreamFeature } from '../../server/stream/feature.ts';

export interface Facts {
  readonly version: string;
  readonly modules: readonly { readonly module: Module; readonly hooks: Hooks }[];
  /** Those of the stream itself, beside the ones that modules bring. */
  readonly streamFeatures: readonly StreamFeature[];
  readonly settings: readonly SettingDescription[];
}

export async function gather(): Promise<Facts> {
  const log = createLogger('silent', { write: () => undefined });
  const database = Database.inMemory({ migrations: [...ACCOUNT_MIGRATIONS, ...moduleMigrations()], log });
  const { reader, writer } = database;
  const config = Config.load({ path: '/nonexistent/settings.json', groups: settingsGroups(), overrides: [] });
  const common = { reader, writer, domain: 'localhost', log, randomBytes };
  const accounts = await Accounts.load({ ...common, now: Date.now, iterations: 4096, minPasswordLength: 8 });
  const core = createCore({
    ...common,
    web: { origin: undefined },
    dataDir: '/nonexistent',
    version: '0.0.0',
    config,
    accounts,
    clock: systemClock,
  });
  const facts: Facts = {
    version: JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version,
    modules: core.host.running,
    streamFeatures: core.streamFeatures,
    settings: config.describe(),
  };
  await core.stop(0);
  await database.close();
  return facts;
}

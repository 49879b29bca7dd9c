/** The accounts of a data directory on which no server runs, for `snug user`. */
import { createAccountCarriers } from './account-carriers.ts';
import { thisComputer } from './administration/actor.ts';
import { Administration } from './administration/administration.ts';
import { AuditLog } from './administration/audit.ts';
import { DeedError } from './administration/deed-error.ts';
import { DEED_RULES } from './administration/deed-rules.ts';
import type { Carriers } from './administration/deeds.ts';
import type { OfflineAccounts } from './cli/server-entry.ts';
import { systemClock } from './clock/clock.ts';
import { auditSettings } from './config/settings.ts';
import { loadConfig, lockDataDirectory, openDataDirectory } from './data-directory.ts';
import { createLogger } from './log/log.ts';
import { summarizeAccounts } from './summaries.ts';

/** Opens the accounts of a data directory while no server runs on it. @throws StartError */
export async function openOffline(dataDir: string): Promise<OfflineAccounts> {
  const config = loadConfig(dataDir, []);
  const lock = lockDataDirectory(dataDir);
  const silent = createLogger('silent', { write: () => undefined });
  try {
    const data = await openDataDirectory({ dataDir, domain: undefined, config, log: silent, onFatal: () => undefined });
    const { accounts, domain, database } = data;
    const { reader, writer } = database;
    const auditing = config.group('audit', auditSettings);
    const audit = new AuditLog({ reader, writer, clock: systemClock, retentionDays: () => auditing.retentionDays });
    const administration = new Administration({
      domain,
      accounts,
      audit,
      // Nothing is granted by settings here: whoever has the directory may do everything.
      carriers: { ...REFUSED, ...createAccountCarriers(accounts, { localparts: () => [], keepOnly: refuse }) },
      adminJids: () => [],
      isSecret: (key) => config.isSecret(key),
    });
    const actor = thisComputer('command-line');
    return {
      domain,
      accounts: () => summarizeAccounts(accounts, domain),
      perform: (deed, input) => administration.perform(actor, deed, input),
      close: async () => {
        audit.stop();
        await data.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function refuse(): Promise<never> {
  return Promise.reject(new DeedError('refused', 'No server is running.'));
}

const REFUSED = Object.fromEntries(Object.keys(DEED_RULES).map((deed) => [deed, refuse])) as unknown as Carriers;

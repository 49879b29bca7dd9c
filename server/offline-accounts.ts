/** The accounts of a data directory on which no server runs, for `snug user`. */
import type { OfflineAccounts } from './cli/server-entry.ts';
import { loadConfig, lockDataDirectory, openDataDirectory } from './data-directory.ts';
import { createAccountDeeds } from './deeds.ts';
import { createLogger } from './log/log.ts';

/** Opens the accounts of a data directory while no server runs on it. @throws StartError */
export async function openOffline(dataDir: string): Promise<OfflineAccounts> {
  const config = loadConfig(dataDir, []);
  const lock = lockDataDirectory(dataDir);
  const silent = createLogger('silent', { write: () => undefined });
  try {
    const data = await openDataDirectory({ dataDir, domain: undefined, config, log: silent, onFatal: () => undefined });
    return {
      accounts: createAccountDeeds(data.accounts, data.domain),
      domain: data.domain,
      close: async () => {
        await data.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The way to the accounts: through the running server, or straight to the data directory when none runs. */
import { connectControl, NotRunningError } from '../control/client.ts';
import type { AccountSummary, Role } from '../control/contract.ts';
import type { ServerEntry } from './server-entry.ts';

export interface AccountDoor {
  readonly domain: string;
  list(): Promise<readonly AccountSummary[]>;
  add(account: { readonly localpart: string; readonly password: string; readonly role: Role }): Promise<AccountSummary>;
  setPassword(localpart: string, password: string): Promise<unknown>;
  disable(localpart: string): Promise<unknown>;
  enable(localpart: string): Promise<unknown>;
  remove(localpart: string): Promise<unknown>;
}

/** Opens the door for the length of `use`. A data directory is locked while it is open offline. */
export async function withAccounts<T>(
  dataDir: string,
  loadServer: () => Promise<ServerEntry>,
  use: (door: AccountDoor) => Promise<T>,
): Promise<T> {
  const running = await runningDoor(dataDir);
  if (running !== undefined) return await use(running);
  const { openOffline } = await loadServer();
  const offline = await openOffline(dataDir);
  try {
    const { accounts, domain } = offline;
    return await use({
      domain,
      list: () => Promise.resolve(accounts.list()),
      add: (account) => accounts.create(account),
      setPassword: (localpart, password) => accounts.setPassword(localpart, password),
      disable: (localpart) => accounts.disable(localpart),
      enable: (localpart) => accounts.enable(localpart),
      remove: (localpart) => accounts.remove(localpart),
    });
  } finally {
    await offline.close();
  }
}

async function runningDoor(dataDir: string): Promise<AccountDoor | undefined> {
  try {
    const client = await connectControl(dataDir);
    const { domain } = await client.status.get();
    const { accounts } = client;
    return {
      domain,
      list: () => accounts.list(),
      add: (account) => accounts.add(account),
      setPassword: (localpart, password) => accounts.setPassword({ localpart, password }),
      disable: (localpart) => accounts.disable({ localpart }),
      enable: (localpart) => accounts.enable({ localpart }),
      remove: (localpart) => accounts.remove({ localpart }),
    };
  } catch (error) {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  }
}

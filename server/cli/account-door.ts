/** The way to the accounts: through the running server, or straight to the data directory when none runs. */
import { connectControl, NotRunningError } from '../control/client.ts';
import type { AccountSummary } from '../control/contract.ts';
import type { ServerEntry } from './server-entry.ts';

export interface AccountDoor {
  readonly domain: string;
  list(): Promise<readonly AccountSummary[]>;
  add(account: {
    readonly localpart: string;
    readonly password: string;
    readonly role: string;
    /** Milliseconds since 1970. */
    readonly expiresAt?: number | undefined;
  }): Promise<Pick<AccountSummary, 'jid'>>;
  setPassword(localpart: string, password: string): Promise<unknown>;
  disable(localpart: string): Promise<unknown>;
  enable(localpart: string): Promise<unknown>;
  /** At once, for good. */
  remove(localpart: string): Promise<unknown>;
  /** It can be restored for as long as the settings say. */
  delete(localpart: string): Promise<unknown>;
  restore(localpart: string): Promise<unknown>;
  approve(localpart: string): Promise<unknown>;
  refuse(localpart: string): Promise<unknown>;
  /** Milliseconds since 1970; undefined for an account that is to last. */
  setExpiry(localpart: string, expiresAt: number | undefined): Promise<unknown>;
  setRole(localpart: string, role: string): Promise<unknown>;
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
    return await use({
      domain: offline.domain,
      list: () => Promise.resolve(offline.accounts()),
      async add(account) {
        const { localpart } = await offline.perform('accounts.create', account);
        return { jid: `${localpart}@${offline.domain}` };
      },
      setPassword: (localpart, password) => offline.perform('accounts.setPassword', { localpart, password }),
      disable: (localpart) => offline.perform('accounts.disable', { localpart }),
      enable: (localpart) => offline.perform('accounts.enable', { localpart }),
      remove: (localpart) => offline.perform('accounts.remove', { localpart }),
      delete: (localpart) => offline.perform('accounts.delete', { localpart }),
      restore: (localpart) => offline.perform('accounts.restore', { localpart }),
      approve: (localpart) => offline.perform('accounts.approve', { localpart }),
      refuse: (localpart) => offline.perform('accounts.refuse', { localpart }),
      setExpiry: (localpart, expiresAt) => offline.perform('accounts.setExpiry', { localpart, expiresAt }),
      setRole: (localpart, role) => offline.perform('accounts.setRole', { localpart, role }),
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
      add: ({ expiresAt, ...account }) =>
        accounts.add({ ...account, ...(expiresAt === undefined ? {} : { expiresAt: isoTime(expiresAt) }) }),
      setPassword: (localpart, password) => accounts.setPassword({ localpart, password }),
      disable: (localpart) => accounts.disable({ localpart }),
      enable: (localpart) => accounts.enable({ localpart }),
      remove: (localpart) => accounts.remove({ localpart, isImmediate: true }),
      delete: (localpart) => accounts.remove({ localpart }),
      restore: (localpart) => accounts.restore({ localpart }),
      approve: (localpart) => accounts.approve({ localpart }),
      refuse: (localpart) => accounts.refuse({ localpart }),
      setExpiry: (localpart, expiresAt) =>
        accounts.setExpiry({ localpart, expiresAt: expiresAt === undefined ? null : isoTime(expiresAt) }),
      setRole: (localpart, role) => accounts.setRole({ localpart, role }),
    };
  } catch (error) {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

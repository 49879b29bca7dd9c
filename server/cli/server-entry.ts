/** What the `snug` command needs of `server.ts`, which is loaded only when a server or its accounts are to be opened. */
import type { AccountDeeds } from '../control/deeds.ts';

/** The reason with which the server stops by itself because nothing more can be promised. */
export const DATABASE_FAILURE = 'database failure';

export interface ServerOptions {
  readonly dataDir: string;
  readonly domain?: string;
  /** `KEY=VALUE` texts for this run. */
  readonly overrides: readonly string[];
  readonly logToConsole?: 'json' | 'text' | 'none';
}

export interface RunningServer {
  readonly domain: string;
  readonly ports: { readonly c2s: number | null; readonly c2sTls: number | null };
  readonly addresses: readonly string[];
  readonly fingerprint: string;
  /** Only at the very first start: the account that was made, with a password that is stored nowhere in clear. */
  readonly firstAdmin?: { readonly jid: string; readonly password: string };
  stop(reason?: string): Promise<void>;
  /** Resolves with the reason when the server begins to stop, whoever asked for it. */
  readonly stopping: Promise<string>;
  /** Settles when the server has stopped, for whatever reason. */
  readonly stopped: Promise<void>;
}

/** The accounts of a data directory on which no server runs. */
export interface OfflineAccounts {
  readonly accounts: AccountDeeds;
  readonly domain: string;
  close(): Promise<void>;
}

export interface ServerEntry {
  /** @throws StartError with a code and a sentence */
  startServer(options: ServerOptions): Promise<RunningServer>;
  /** @throws StartError with a code and a sentence */
  openOffline(dataDir: string): Promise<OfflineAccounts>;
}

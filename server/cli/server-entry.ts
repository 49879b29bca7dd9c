/**
 * What the `snug` command needs of `server.ts`. Only types are taken from there: the server itself is loaded when a
 * server or its accounts are to be opened, so that the other verbs answer at once.
 */
import type { DeedName, InputOf, OutputOf } from '../administration/deeds.ts';
import type { AccountSummary } from '../control/contract.ts';
import type { RunningServer as Server, ServerOptions } from '../server.ts';

export type { ServerOptions };

/** The part that a terminal has use for. */
export type RunningServer = Omit<Server, 'connect' | 'followStatus' | 'networkChanged' | 'suspend' | 'failure'> & {
  /** Why it had to stop by itself, if it did; known once `stopping` has resolved. */
  readonly failure: (Error & { readonly code: string }) | undefined;
};

/** The accounts of a data directory on which no server runs. */
export interface OfflineAccounts {
  readonly domain: string;
  accounts(): readonly AccountSummary[];
  /** As the running server would, audit log included. */
  perform<D extends DeedName>(deed: D, input: InputOf<D>): Promise<OutputOf<D>>;
  close(): Promise<void>;
}

export interface ServerEntry {
  /** @throws StartError with a code and a sentence */
  startServer(options: ServerOptions): Promise<RunningServer>;
  /** @throws StartError with a code and a sentence */
  openOffline(dataDir: string): Promise<OfflineAccounts>;
}

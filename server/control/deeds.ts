/** What the server can be asked to do from outside. `server.ts` gives it; every door (socket, window, REST) leads here. */
import type { Config } from '../config/config.ts';
import type { LogLine } from '../log/log-line.ts';
import type { AccountSummary, Role, SessionSummary, Status } from './contract.ts';

/** The part of the accounts that people administer. Refusals are `AccountError`s with a sentence. */
export interface AccountDeeds {
  list(): readonly AccountSummary[];
  create(account: {
    readonly localpart: string;
    readonly password: string;
    readonly role: Role;
  }): Promise<AccountSummary>;
  setPassword(localpart: string, password: string): Promise<void>;
  setRole(localpart: string, role: Role): Promise<void>;
  disable(localpart: string): Promise<void>;
  enable(localpart: string): Promise<void>;
  remove(localpart: string): Promise<void>;
}

/** The log in memory. */
export interface LogDeeds {
  recent(lines: number): readonly LogLine[];
  follow(listener: (line: LogLine) => void): () => void;
}

export interface Deeds {
  status(): Status;
  sessions(): readonly SessionSummary[];
  /** Ends the session with this full JID; false when there is none. */
  endSession(jid: string): boolean;
  readonly accounts: AccountDeeds;
  readonly config: Config;
  readonly logs: LogDeeds;
  /** Begins to stop the server and returns at once. */
  stop(): void;
}

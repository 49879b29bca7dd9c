/** What the server can be asked to do from outside. `server.ts` gives it; every door (socket, window, REST) leads here. */
import type { Clock } from '../clock/clock.ts';
import type { Config } from '../config/config.ts';
import type { LogLine } from '../log/log-line.ts';
import type { AccountSummary, SessionSummary, Status } from './contract.ts';

/** The part of the accounts that people administer. Refusals are `AccountError`s with a sentence. */
export interface AccountDeeds {
  list(): readonly AccountSummary[];
  create(account: {
    readonly localpart: string;
    readonly password: string;
    readonly role: string;
  }): Promise<AccountSummary>;
  setPassword(localpart: string, password: string): Promise<void>;
  setRole(localpart: string, role: string): Promise<void>;
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
  /** Learns which clients the sessions have; settles when all have told, or have had a moment to. */
  askClients(): Promise<void>;
  /** Ends the session with this full JID; false when there is none. */
  endSession(jid: string): boolean;
  readonly accounts: AccountDeeds;
  readonly config: Config;
  readonly logs: LogDeeds;
  /** Calls back when status, sessions or accounts may have changed; the result takes the listener back. */
  onChange(listener: () => void): () => void;
  readonly clock: Clock;
  generatePassword(): string;
  /** A fresh one-time address of the window in a browser; undefined where this server opens none. */
  windowAddress(): string | undefined;
  /** Begins to stop the server and returns at once. */
  stop(): void;
}

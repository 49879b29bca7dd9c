/** What the running server can be asked from outside. `server.ts` gives it; every door (socket, window, REST) leads here. */
import type { Actor } from '../administration/actor.ts';
import type { DeedName, InputOf, OutputOf } from '../administration/deeds.ts';
import type { Invitation } from '../administration/invitation.ts';
import type { Clock } from '../clock/clock.ts';
import type { Config } from '../config/config.ts';
import type { LogLine } from '../log/log-line.ts';
import type {
  AccountSummary,
  AuditEntrySummary,
  ComponentListing,
  DeviceSummary,
  FileSummary,
  ReportSummary,
  RoleSummary,
  SessionSummary,
  Status,
} from './contract.ts';

/** The log in memory. */
export interface LogDeeds {
  recent(lines: number): readonly LogLine[];
  follow(listener: (line: LogLine) => void): () => void;
}

export interface AuditFilter {
  readonly limit: number;
  /** Only entries older than the one with this id. */
  readonly before?: number | undefined;
  readonly actor?: string | undefined;
  /** A deed, or a whole group such as `accounts`. */
  readonly deed?: string | undefined;
  readonly outcome?: AuditEntrySummary['outcome'] | undefined;
  readonly text?: string | undefined;
}

export interface AuditDeeds {
  /** The newest first. */
  list(filter: AuditFilter): readonly AuditEntrySummary[];
  onAppend(listener: () => void): () => void;
}

export interface ReportDeeds {
  list(): readonly ReportSummary[];
  onChange(listener: () => void): () => void;
}

export interface InvitationDeeds {
  /** The newest first. */
  list(): readonly Invitation[];
  onChange(listener: () => void): () => void;
}

/** Whatever changes something goes through `perform`, which asks for permission and keeps the audit log. */
export interface Deeds {
  perform<D extends DeedName>(actor: Actor, deed: D, input: InputOf<D>): Promise<OutputOf<D>>;
  status(): Status;
  sessions(): readonly SessionSummary[];
  /** Learns which clients the sessions have; settles when all have told, or have had a moment to. */
  askClients(): Promise<void>;
  accounts(): readonly AccountSummary[];
  roles(): readonly RoleSummary[];
  readonly audit: AuditDeeds;
  /** What stands for everybody to be told; null where nothing does. */
  messages(): { readonly motd: string | null; readonly welcome: string | null };
  /** The oldest first. */
  files(): readonly FileSummary[];
  readonly reports: ReportDeeds;
  /** The devices that have access to an account. */
  devices(localpart: string): Promise<readonly DeviceSummary[]>;
  components(): ComponentListing;
  readonly invitations: InvitationDeeds;
  readonly config: Config;
  readonly logs: LogDeeds;
  /** Calls back when status, sessions or accounts may have changed; the result takes the listener back. */
  onChange(listener: () => void): () => void;
  readonly clock: Clock;
  generatePassword(): string;
}

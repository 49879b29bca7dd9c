/** What the running server can be asked from outside. `server.ts` gives it; every door (socket, window, REST) leads here. */
import type { Actor } from '../administration/actor.ts';
import type { DeedName, InputOf, OutputOf } from '../administration/deeds.ts';
import type { Group } from '../administration/group.ts';
import type { FollowedInvitation } from '../administration/invitation.ts';
import type { Clock } from '../clock/clock.ts';
import type { Config } from '../config/config.ts';
import type { LogLine } from '../log/log-line.ts';
import type {
  AccountSummary,
  AcmeSummary,
  AuditEntrySummary,
  ComponentListing,
  DeviceSummary,
  DomainReportSummary,
  FederationOverview,
  FederationPin,
  FileSummary,
  NameProbe,
  NetworkSummary,
  PairsOverview,
  PortMappingSummary,
  ReportSummary,
  RoleSummary,
  SessionSummary,
  Status,
  TrustSummary,
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

export interface GroupDeeds {
  /** Everyone first, then by name. */
  list(): readonly Group[];
  onChange(listener: () => void): () => void;
}

export interface InvitationDeeds {
  /** The newest first. */
  list(): readonly FollowedInvitation[];
  onChange(listener: () => void): () => void;
}

export interface NetworkDeeds {
  describe(): NetworkSummary;
  /** Whether a name is to be had on this network. Never rejects. */
  probeName(domain: string): Promise<NameProbe>;
}

export interface TrustDeeds {
  describe(): Promise<TrustSummary>;
}

export interface FederationDeeds {
  overview(): FederationOverview;
  pins(): readonly FederationPin[];
  /** Resolves when it does what the settings say, as far as it can. */
  settled(): Promise<void>;
  onChange(listener: () => void): () => void;
}

export interface PairDeeds {
  overview(): PairsOverview;
  onChange(listener: () => void): () => void;
}

export interface DomainDeeds {
  /** Asks the DNS. Never rejects. */
  check(): Promise<DomainReportSummary>;
  certificate(): AcmeSummary;
  /** Where the authority's terms can be read. Refuses with a ControlError when it does not answer. */
  terms(): Promise<string | undefined>;
  ports(): PortMappingSummary;
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
  readonly groups: GroupDeeds;
  readonly federation: FederationDeeds;
  readonly pairs: PairDeeds;
  readonly invitations: InvitationDeeds;
  readonly domain: DomainDeeds;
  readonly network: NetworkDeeds;
  readonly trust: TrustDeeds;
  readonly config: Config;
  readonly logs: LogDeeds;
  /** Calls back when status, sessions or accounts may have changed; the result takes the listener back. */
  onChange(listener: () => void): () => void;
  readonly clock: Clock;
  generatePassword(): string;
}

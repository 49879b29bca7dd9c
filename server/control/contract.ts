/**
 * The control contract: everything that window, `snug` command and REST can ask of a running server, typed once.
 *
 * Only the schema libraries may be imported here, because the window is built from this file.
 */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { announcements, audit, clients, files, messages, reports, roles } from './contract/administration.ts';
import { announcement, base, isoTime, localpart, needing, nothing, roleName } from './contract/base.ts';
import { components } from './contract/components.ts';
import { certificate, domain, ports as portProcedures } from './contract/domain.ts';
import { federation, federationState } from './contract/federation.ts';
import { groups } from './contract/groups.ts';
import { invitations } from './contract/invitations.ts';
import { networkProcedures } from './contract/network.ts';
import { pairs } from './contract/pairs.ts';
import { trustProcedures } from './contract/trust.ts';

export type {
  AuditEntrySummary,
  DeviceSummary,
  FileSummary,
  ReportSummary,
  RoleSummary,
} from './contract/administration.ts';
export {
  type ControlErrorCode,
  controlErrors,
  type Permission,
  permissions,
} from './contract/base.ts';
export type { ComponentListing, ComponentSummary } from './contract/components.ts';
export type { AcmeSummary, DomainReportSummary, PortMappingSummary } from './contract/domain.ts';
export type {
  FederationOverview,
  FederationPeer,
  FederationPin,
  FederationReport,
} from './contract/federation.ts';
export type { GroupSummary } from './contract/groups.ts';
export type { InvitationSummary, IssuedInvitationSummary } from './contract/invitations.ts';
export type { InterfaceSummary, NameProbe, NetworkSummary } from './contract/network.ts';
export type { PairedServerSummary, PairsOverview } from './contract/pairs.ts';
export type { TrustSummary } from './contract/trust.ts';

/** The roles that every server has, from least to most. */
export type Role = 'limited' | 'member' | 'admin';

const jid = z.string().min(1).max(3071);
/** SCRAM prepares it (RFC 5802); the length only keeps a mistake from costing the hash function minutes. */
const password = z.string().min(1).max(1024);

/** Null where nothing listens. */
const port = z.int().nullable();
const ports = z.object({
  c2s: port.describe('for clients, with STARTTLS'),
  c2sTls: port.describe('for clients, with TLS from the first byte'),
  web: port.describe('HTTPS'),
  join: port.describe('the join and trust pages, by HTTP'),
  proxy: port.describe('files between apps that cannot reach each other'),
});

const timeToCome = z.iso.datetime({ offset: true });

const status = z.object({
  domain: z.string(),
  state: z.enum(['running', 'stopping']),
  pid: z.int(),
  version: z.string(),
  startedAt: isoTime,
  ports,
  /** By IP address; without an invitation it says what must be done to trust the server. */
  joinPage: z.string().optional().describe('the address of the join page; absent while nobody can reach it'),
  addresses: z.array(z.string()).readonly(),
  onlineAccounts: z.int(),
  sessions: z.int(),
  accounts: z.int(),
  storageBytes: z.number(),
  /** Counted since the start: the window draws its graph from the differences. */
  traffic: z.object({ messages: z.int().describe('messages that people here have sent since the start') }),
  certificate: z.object({
    fingerprint: z.string(),
    expiresAt: isoTime,
    source: z.string(),
    authorityFingerprint: z.string().optional().describe('of the local authority, where there is one'),
    words: z.string().optional().describe('six words that stand for the fingerprint of the local authority'),
  }),
  federation: federationState.describe('chatting with people of other servers'),
  isVisible: z.boolean().describe('whether the server is to be shown on this network (lan.mdns)'),
  /** What needs somebody's attention while the server runs; the worst comes first. */
  problems: z
    .array(
      z.object({
        code: z.string(),
        text: z.string().describe('what is wrong, as a sentence'),
        fix: z.string().optional().describe('what can be done, in sentences'),
      }),
    )
    .readonly(),
});

const session = z.object({
  jid: z.string().describe('the full JID'),
  since: isoTime,
  address: z.string(),
  client: z.string().optional().describe('name and version, where the client has told them (XEP-0092)'),
  priority: z.int().nullable().describe('of the available presence; null while there is none'),
  show: z.string().optional(),
  isSecure: z.boolean(),
  isResumable: z.boolean(),
});

const account = z.object({
  localpart: z.string(),
  jid: z.string(),
  role: roleName,
  status: z
    .enum(['enabled', 'disabled', 'pending', 'deleted'])
    .describe('pending waits to be let in; deleted can be restored until it vanishes'),
  isDisabled: z.boolean(),
  createdAt: isoTime,
  expiresAt: isoTime.optional().describe("when a guest's account ends; absent for one that is to last"),
  vanishesAt: isoTime.optional().describe('of a deleted account'),
  lastSeen: isoTime.optional().describe('when they last came or left; absent for who never came'),
  sessions: z.int().describe('sessions that are there now'),
});

/** A password that the server made up: told once, to the caller, and kept nowhere. */
const generatedPassword = z.string();

const settingDescription = z.object({
  key: z.string(),
  description: z.string(),
  default: z.unknown(),
  allowed: z.string(),
  jsonSchema: z.unknown(),
  value: z.unknown(),
  isOverridden: z.boolean(),
  appliesOnRestart: z.boolean(),
  isWriteOnly: z.boolean().describe('told to nobody: the value is null when there is one'),
});

const logLine = z.object({
  time: z.string(),
  level: z.string(),
  room: z.string(),
  message: z.string(),
  fields: z.record(z.string(), z.unknown()).readonly(),
});

/** The lines that are kept in memory. */
const lineCount = z.int().min(0).max(2000);

const ending = z
  .object({
    delaySeconds: z.int().min(0).max(86_400).default(0),
    announcement: announcement.optional().describe('for everybody who is online now'),
  })
  .optional();

export const contract = {
  // What is followed comes as whole snapshots: one at once, then one after each change, at most two a second.
  status: {
    get: needing('server.read').input(nothing).output(status),
    follow: needing('server.read').input(nothing).output(eventIterator(status)),
  },
  sessions: {
    list: needing('people.read').input(nothing).output(z.array(session).readonly()),
    follow: needing('people.read')
      .input(nothing)
      .output(eventIterator(z.array(session).readonly())),
    end: needing('sessions.end').input(z.object({ jid })).output(z.object({})),
  },
  accounts: {
    list: needing('people.read').input(nothing).output(z.array(account).readonly()),
    follow: needing('people.read')
      .input(nothing)
      .output(eventIterator(z.array(account).readonly())),
    /** Without a password the server makes one up and tells it in the answer. */
    add: needing('people.write')
      .input(
        z.object({
          localpart,
          password: password.optional(),
          role: roleName.default('member'),
          expiresAt: timeToCome.optional(),
        }),
      )
      .output(account.extend({ generatedPassword: generatedPassword.optional() })),
    resetPassword: needing('people.write').input(z.object({ localpart })).output(z.object({ generatedPassword })),
    setPassword: needing('people.write').input(z.object({ localpart, password })).output(z.object({})),
    setRole: needing('people.write')
      .input(z.object({ localpart, role: roleName }))
      .output(z.object({})),
    disable: needing('people.write').input(z.object({ localpart })).output(z.object({})),
    enable: needing('people.write').input(z.object({ localpart })).output(z.object({})),
    /** It can be restored for as long as the settings say, unless it is to be gone at once. */
    remove: needing('people.write')
      .input(z.object({ localpart, isImmediate: z.boolean().default(false) }))
      .output(z.object({})),
    restore: needing('people.write').input(z.object({ localpart })).output(z.object({})),
    /** When the account ends; null for an account that is to last. */
    setExpiry: needing('people.write')
      .input(z.object({ localpart, expiresAt: timeToCome.nullable() }))
      .output(z.object({})),
    /** Lets somebody in who registered and waits. */
    approve: needing('people.write').input(z.object({ localpart })).output(z.object({})),
    refuse: needing('people.write').input(z.object({ localpart })).output(z.object({})),
  },
  settings: {
    list: needing('settings.read').input(nothing).output(z.array(settingDescription).readonly()),
    set: needing('settings.write')
      .input(z.object({ key: z.string().min(1).max(200), value: z.unknown() }))
      .output(z.object({})),
  },
  logs: {
    recent: needing('logs.read')
      .input(z.object({ lines: lineCount }))
      .output(z.array(logLine).readonly()),
    /** The newest `lines`, then every line as it is written, without a gap between the two. */
    follow: needing('logs.read')
      .input(z.object({ lines: lineCount.default(0) }))
      .output(eventIterator(logLine)),
  },
  window: {
    /** A fresh address of the window in a browser, good for one use within ten minutes. */
    open: base.input(nothing).output(z.object({ address: z.string() })),
  },
  server: {
    /** Answers first, then stops. A later one takes the place of one that waits. */
    stop: needing('server.stop').input(ending).output(z.object({})),
    restart: needing('server.stop').input(ending).output(z.object({})),
  },
  roles,
  audit,
  announcements,
  messages,
  files,
  reports,
  clients,
  components,
  domain,
  certificate,
  ports: portProcedures,
  federation,
  pairs,
  groups,
  invitations,
  network: networkProcedures,
  trust: trustProcedures,
};

export type Status = z.output<typeof status>;
export type SessionSummary = z.output<typeof session>;
export type AccountSummary = z.output<typeof account>;
export type ControlLogLine = z.output<typeof logLine>;
export type SettingDescription = z.output<typeof settingDescription>;

/** What the worker's parent says to it. */
export type ToWorker =
  | {
      readonly type: 'start';
      readonly dataDir: string;
      /** `key=value`, as `--set` takes them. */
      readonly overrides: readonly string[];
      /** For the first start in this directory. */
      readonly domain?: string;
    }
  | { readonly type: 'stop'; readonly reason: string }
  /** A message port comes with it: the contract is served on it, for an administrator. */
  | { readonly type: 'connect' }
  /** The computer goes to sleep. */
  | { readonly type: 'suspending' }
  /** After sleep, or when an interface came or went. */
  | { readonly type: 'network-changed' }
  /** The tray's switch for chatting with other servers; what comes of it is told by the status. */
  | { readonly type: 'set-federation'; readonly isEnabled: boolean }
  /** The tray's switch for being shown on this network. */
  | { readonly type: 'set-visible'; readonly isVisible: boolean };

/** What people need to know once the server runs. */
export interface WorkerReady {
  readonly domain: string;
  readonly ports: Status['ports'];
  /** The address of the join page; undefined while nobody can reach it. */
  readonly joinPage?: string;
  readonly addresses: readonly string[];
  /** SHA-256 of the authority that clients may be asked to trust. */
  readonly fingerprint: string;
  /** On the first start only. */
  readonly firstAdmin?: { readonly jid: string; readonly password: string };
}

/** What the worker says to its parent. */
export type FromWorker =
  | { readonly type: 'ready'; readonly ready: WorkerReady }
  /** Every five seconds, from the moment the worker runs at all. */
  | { readonly type: 'heartbeat' }
  /** On change, at most two a second; for the tray. */
  | { readonly type: 'status'; readonly status: Status }
  /** `code` is a `StartErrorCode` or `bug`. The worker then exits with 1. */
  | { readonly type: 'fatal'; readonly code: string; readonly message: string }
  /** The worker then exits with 0. */
  | { readonly type: 'stopped' };

/** What the desktop's tray and window say about the server. */
export interface ServerState {
  readonly kind: 'needs-setup' | 'starting' | 'running' | 'running-with-problem' | 'stopped' | 'failed';
  /** A sentence, where there is something to explain. */
  readonly reason?: string;
  /** Accounts that are online. */
  readonly online?: number;
  readonly address?: string;
}

/** What can be opened beside any page of the window. */
export type WindowSheet = 'invite';

/** `window.snug`: what the desktop's preload script gives the page, beside the message port to the contract. */
export interface SnugApi {
  readonly platform: string;
  readonly version: string;
  /** Asks for a port; it arrives by `window.postMessage({ type: 'snug-port' }, own origin, [port])`. */
  connect(): void;
  copyText(text: string): Promise<void>;
  openLogsFolder(): Promise<void>;
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  restartServer(): Promise<void>;
  serverState(): Promise<ServerState>;
  /** Gives back what ends the listening. */
  onServerState(listener: (state: ServerState) => void): () => void;
  /** Somebody has asked for it outside of the page, in the tray. Gives back what ends the listening. */
  onOpenSheet(listener: (sheet: WindowSheet) => void): () => void;
  getLoginItem(): Promise<boolean>;
  /** Answers with what the operating system says afterwards. */
  setLoginItem(on: boolean): Promise<boolean>;
}

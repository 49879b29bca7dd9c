/**
 * The control contract: everything that window, `snug` command and REST can ask of a running server, typed once.
 *
 * Only the schema libraries may be imported here, because the window is built from this file.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';

/** One that every server has, or one of this installation's own. */
const role = z.string().min(1).max(64);

/** The roles that every server has, from least to most; also what a caller must have at least. */
export type Role = 'limited' | 'member' | 'admin';

/** What every procedure says about itself, for the doors that know who is calling. */
export interface ControlMeta {
  /** SECURITY: checked before input is read; a procedure that forgets it is for administrators. */
  readonly minimumRole?: Role;
}

/** The closed list of ways in which a call can fail. The message is always a sentence for people. */
export const controlErrors = {
  NOT_FOUND: { status: 404, message: 'What was asked for does not exist.' },
  CONFLICT: { status: 409, message: 'That exists already.' },
  INVALID: { status: 422, message: 'The request does not say what is needed.' },
  REFUSED: { status: 403, message: 'The server refuses to do that.' },
  FORBIDDEN: { status: 403, message: 'Your role does not allow this.' },
  TOO_LARGE: { status: 413, message: 'The request is too large.' },
  INTERNAL: { status: 500, message: 'The server met a bug; its log says more.' },
} as const;

export type ControlErrorCode = keyof typeof controlErrors;

const base = oc.$meta<ControlMeta>({ minimumRole: 'admin' }).errors(controlErrors);
const nothing = z.object({}).optional();

const jid = z.string().min(1).max(3071);
const localpart = z.string().min(1).max(1023);
/** SCRAM prepares it (RFC 5802); the length only keeps a mistake from costing the hash function minutes. */
const password = z.string().min(1).max(1024);
const isoTime = z.string();

const status = z.object({
  domain: z.string(),
  state: z.enum(['running', 'stopping']),
  pid: z.int(),
  version: z.string(),
  startedAt: isoTime,
  ports: z.object({ c2s: z.int().nullable(), c2sTls: z.int().nullable(), web: z.int().nullable() }),
  addresses: z.array(z.string()).readonly(),
  onlineAccounts: z.int(),
  sessions: z.int(),
  accounts: z.int(),
  storageBytes: z.number(),
  /** Counted since the start: the window draws its graph from the differences. */
  traffic: z.object({ messages: z.int().describe('messages that people here have sent since the start') }),
  certificate: z.object({ fingerprint: z.string(), expiresAt: isoTime, source: z.string() }),
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
  role,
  isDisabled: z.boolean(),
  createdAt: isoTime,
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

export const contract = {
  // What is followed comes as whole snapshots: one at once, then one after each change, at most two a second.
  status: {
    get: base.input(nothing).output(status),
    follow: base.input(nothing).output(eventIterator(status)),
  },
  sessions: {
    list: base.input(nothing).output(z.array(session).readonly()),
    follow: base.input(nothing).output(eventIterator(z.array(session).readonly())),
    end: base.input(z.object({ jid })).output(z.object({})),
  },
  accounts: {
    list: base.input(nothing).output(z.array(account).readonly()),
    follow: base.input(nothing).output(eventIterator(z.array(account).readonly())),
    /** Without a password the server makes one up and tells it in the answer. */
    add: base
      .input(z.object({ localpart, password: password.optional(), role: role.default('member') }))
      .output(account.extend({ generatedPassword: generatedPassword.optional() })),
    resetPassword: base.input(z.object({ localpart })).output(z.object({ generatedPassword })),
    setPassword: base.input(z.object({ localpart, password })).output(z.object({})),
    setRole: base.input(z.object({ localpart, role })).output(z.object({})),
    disable: base.input(z.object({ localpart })).output(z.object({})),
    enable: base.input(z.object({ localpart })).output(z.object({})),
    remove: base.input(z.object({ localpart })).output(z.object({})),
  },
  settings: {
    list: base.input(nothing).output(z.array(settingDescription).readonly()),
    set: base.input(z.object({ key: z.string().min(1).max(200), value: z.unknown() })).output(z.object({})),
  },
  logs: {
    recent: base.input(z.object({ lines: lineCount })).output(z.array(logLine).readonly()),
    /** The newest `lines`, then every line as it is written, without a gap between the two. */
    follow: base.input(z.object({ lines: lineCount.default(0) })).output(eventIterator(logLine)),
  },
  window: {
    /** A fresh address of the window in a browser, good for one use within ten minutes. */
    open: base.input(nothing).output(z.object({ address: z.string() })),
  },
  server: {
    /** Answers first, then stops. */
    stop: base.input(nothing).output(z.object({})),
  },
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
  /** After sleep, or when an interface came or went. */
  | { readonly type: 'network-changed' };

/** What people need to know once the server runs. */
export interface WorkerReady {
  readonly domain: string;
  readonly ports: Status['ports'];
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
  getLoginItem(): Promise<boolean>;
  /** Answers with what the operating system says afterwards. */
  setLoginItem(on: boolean): Promise<boolean>;
}

/**
 * The control contract: everything that window, `snug` command and REST can ask of a running server, typed once.
 *
 * Only the schema libraries may be imported here, because the window is built from this file.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';

const role = z.enum(['limited', 'member', 'admin']);

/** The roles of accounts, from least to most; also what a caller must have at least. */
export type Role = z.output<typeof role>;

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
  ports: z.object({ c2s: z.int().nullable(), c2sTls: z.int().nullable() }),
  addresses: z.array(z.string()).readonly(),
  onlineAccounts: z.int(),
  sessions: z.int(),
  accounts: z.int(),
  storageBytes: z.number(),
  certificate: z.object({ fingerprint: z.string(), expiresAt: isoTime, source: z.string() }),
});

const session = z.object({
  jid: z.string().describe('the full JID'),
  since: isoTime,
  address: z.string(),
  client: z.string().optional(),
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
});

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
  status: base.input(nothing).output(status),
  sessions: {
    list: base.input(nothing).output(z.array(session).readonly()),
    end: base.input(z.object({ jid })).output(z.object({})),
  },
  accounts: {
    list: base.input(nothing).output(z.array(account).readonly()),
    add: base.input(z.object({ localpart, password, role: role.default('member') })).output(account),
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
  server: {
    /** Answers first, then stops. */
    stop: base.input(nothing).output(z.object({})),
  },
};

export type Status = z.output<typeof status>;
export type SessionSummary = z.output<typeof session>;
export type AccountSummary = z.output<typeof account>;
export type ControlLogLine = z.output<typeof logLine>;

/** Roles, the audit log, what the server tells people, their devices and files, and what they complain about. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { announcement, done, isoTime, localpart, needing, nothing, permission, roleName } from './base.ts';

const role = z.object({
  name: roleName,
  permissions: z.array(permission).readonly(),
  isBuiltIn: z.boolean().describe('one that every server has, and that cannot be changed'),
  accounts: z.int().describe('how many have it'),
});

export const roles = {
  list: needing('people.read').input(nothing).output(z.array(role).readonly()),
  create: needing('roles.write')
    .input(z.object({ name: roleName, permissions: z.array(permission) }))
    .output(done),
  /** Holds at once for everybody who has it. */
  update: needing('roles.write')
    .input(z.object({ name: roleName, permissions: z.array(permission) }))
    .output(done),
  remove: needing('roles.write')
    .input(z.object({ name: roleName }))
    .output(done),
};

const outcome = z.enum(['done', 'refused', 'failed', 'forbidden']);

const auditEntry = z.object({
  id: z.int(),
  at: isoTime,
  actor: z.string().describe('a bare JID, or “this computer”'),
  door: z.enum(['window', 'command-line', 'chat', 'rest']),
  deed: z.string().describe('such as accounts.create'),
  subject: z.string().optional().describe('on whom or what'),
  detail: z.string().optional(),
  outcome,
  reason: z.string().optional().describe('why it was not done, as a sentence'),
});

const auditFilter = z.object({
  limit: z.int().min(1).max(500).default(100),
  actor: z.string().max(3071).optional(),
  deed: z.string().max(100).optional().describe('a deed, or all of a group, such as accounts'),
  outcome: outcome.optional(),
  text: z.string().max(200).optional().describe('a part of actor, subject or detail'),
});

export const audit = {
  /** The newest first; `before` is the id of the last entry of the page before. */
  list: needing('audit.read')
    .input(auditFilter.extend({ before: z.int().positive().optional() }))
    .output(z.array(auditEntry).readonly()),
  /** The first page, whole, after each new entry. */
  follow: needing('audit.read')
    .input(auditFilter)
    .output(eventIterator(z.array(auditEntry).readonly())),
};

export const announcements = {
  /** To everybody who is online now. */
  send: needing('announce')
    .input(z.object({ text: announcement }))
    .output(z.object({ accounts: z.int().describe('how many were online') })),
};

const standing = z.object({ text: z.string().nullable().describe('null while there is none') });

export const messages = {
  /** The message of the day: told once to each account, now or when it comes next. */
  motd: {
    get: needing('announce').input(nothing).output(standing),
    /** As a correction it is told to those only who have not been told yet. */
    set: needing('announce')
      .input(z.object({ text: announcement, isCorrection: z.boolean().default(false) }))
      .output(done),
    remove: needing('announce').input(nothing).output(done),
  },
  /** For each new account, when it comes for the first time. */
  welcome: {
    get: needing('announce').input(nothing).output(standing),
    set: needing('announce')
      .input(z.object({ text: announcement }))
      .output(done),
    remove: needing('announce').input(nothing).output(done),
  },
};

const file = z.object({
  id: z.string(),
  account: z.string().describe('localpart of whose it is'),
  name: z.string(),
  mediaType: z.string(),
  size: z.int().describe('in bytes'),
  uploadedAt: isoTime.optional(),
});

export const files = {
  /** A page of them, the newest first. */
  list: needing('files.read')
    .input(
      z.object({
        account: localpart.optional(),
        text: z.string().max(200).optional().describe('a part of the name'),
        offset: z.int().min(0).default(0),
        limit: z.int().min(1).max(500).default(100),
      }),
    )
    .output(z.object({ files: z.array(file).readonly(), total: z.int().describe('how many match in all') })),
  /** By account, the largest first. */
  usage: needing('files.read')
    .input(nothing)
    .output(
      z.object({
        bytes: z.int(),
        files: z.int(),
        accounts: z.array(z.object({ account: z.string(), bytes: z.int(), files: z.int() })).readonly(),
      }),
    ),
  remove: needing('files.write')
    .input(z.object({ id: z.string().min(1).max(200) }))
    .output(done),
};

const report = z.object({
  id: z.string(),
  reporter: z.string().describe('bare JID of who complains'),
  reported: z.string().describe('JID of whom it is about'),
  reason: z.enum(['spam', 'abuse']),
  text: z.string().optional().describe('in the words of who complains'),
  messages: z
    .array(z.object({ id: z.string(), body: z.string().optional() }))
    .readonly()
    .describe('what was reported, as far as it is known here'),
  at: isoTime,
  isResolved: z.boolean(),
});

export const reports = {
  /** Those that wait for somebody first, the newest first within each. */
  list: needing('reports.read').input(nothing).output(z.array(report).readonly()),
  follow: needing('reports.read')
    .input(nothing)
    .output(eventIterator(z.array(report).readonly())),
  resolve: needing('reports.write')
    .input(z.object({ id: z.string().min(1).max(200) }))
    .output(done),
};

const device = z.object({
  id: z.string().describe('names it in “revoke”'),
  name: z.string().optional().describe('what it says about itself, or its resource'),
  isConnected: z.boolean().describe('true also while a session waits to be resumed'),
  firstSeen: isoTime,
  lastSeen: isoTime,
  knowsPassword: z.boolean().describe('has signed in with the password that the account has now'),
  hasToken: z.boolean().describe('could sign in with a token'),
});

/** The devices that have access to an account (XEP-0494). */
export const clients = {
  list: needing('people.read').input(z.object({ localpart })).output(z.array(device).readonly()),
  /** CONFLICT for one that knows the password, unless it shall be signed out all the same. */
  revoke: needing('people.write')
    .input(z.object({ localpart, id: z.string().min(1).max(1000), signOut: z.boolean().default(false) }))
    .output(z.object({ canComeBack: z.boolean().describe('it knows the password, which should be changed') })),
};

export type RoleSummary = z.output<typeof role>;
export type AuditEntrySummary = z.output<typeof auditEntry>;
export type FileSummary = z.output<typeof file>;
export type ReportSummary = z.output<typeof report>;
export type DeviceSummary = z.output<typeof device>;

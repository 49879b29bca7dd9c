/** Accounts, sessions, audit entries and the like in the words of the control contract. */
import type { Account } from './accounts/account.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { AuditLog } from './administration/audit.ts';
import type {
  AccountSummary,
  AuditEntrySummary,
  ComponentSummary,
  DeviceSummary,
  FileSummary,
  ReportSummary,
  RoleSummary,
  SessionSummary,
} from './control/contract.ts';
import { bareJid, joinJid } from './jid/jid.ts';
import type { Component } from './modulehost/components.ts';
import type { AccessingClient, Report, UploadedFile } from './modulehost/services.ts';
import type { Session } from './session/session.ts';
import { NS_CLIENT } from './stanza/stanza.ts';

/** What a running server knows about its accounts beyond what is in their table. */
export interface Attendance {
  readonly sessionsOf: (localpart: string) => number;
  /** Milliseconds since 1970. */
  readonly lastSeen: () => ReadonlyMap<string, number>;
}

const NOBODY_THERE: Attendance = { sessionsOf: () => 0, lastSeen: () => new Map() };

/** The accounts as people administer them; also for a data directory on which no server runs. */
export function summarizeAccounts(
  accounts: Accounts,
  domain: string,
  attendance: Attendance = NOBODY_THERE,
): readonly AccountSummary[] {
  const lastSeen = attendance.lastSeen();
  const summarize = ({ localpart, role, status, createdAt, expiresAt, vanishesAt }: Account): AccountSummary => {
    const seenAtMs = lastSeen.get(localpart);
    return {
      localpart,
      jid: bareJid(joinJid(localpart, domain)).full,
      role,
      status,
      isDisabled: status === 'disabled',
      createdAt: isoTime(createdAt),
      ...(expiresAt === undefined ? {} : { expiresAt: isoTime(expiresAt) }),
      ...(vanishesAt === undefined ? {} : { vanishesAt: isoTime(vanishesAt) }),
      ...(seenAtMs === undefined ? {} : { lastSeen: isoTime(seenAtMs) }),
      sessions: attendance.sessionsOf(localpart),
    };
  };
  return accounts.list().map(summarize);
}

export function summarizeRoles(accounts: Accounts): readonly RoleSummary[] {
  const all = accounts.list();
  return accounts.roles
    .list()
    .map((role) => ({ ...role, accounts: all.filter((account) => account.role === role.name).length }));
}

export function summarizeSession(session: Session, client: string | undefined): SessionSummary {
  const show = session.presence?.childText('show', NS_CLIENT);
  return {
    jid: session.jid.full,
    since: isoTime(session.boundAtMs),
    address: session.remoteAddress,
    ...(client === undefined ? {} : { client }),
    priority: session.isAvailable ? session.priority : null,
    ...(show === undefined ? {} : { show }),
    isSecure: true,
    isResumable: session.outbox.unacked !== undefined,
  };
}

export function summarizeEntry(row: ReturnType<AuditLog['list']>[number]): AuditEntrySummary {
  const { id, atMs, actor, door, deed, subject, detail, outcome, reason } = row;
  return {
    id,
    at: isoTime(atMs),
    actor,
    door,
    deed,
    ...(subject === null ? {} : { subject }),
    ...(detail === null ? {} : { detail }),
    outcome,
    ...(reason === null ? {} : { reason }),
  };
}

export function summarizeFile({ uploadedAtMs, ...file }: UploadedFile): FileSummary {
  const { id, account, name, mediaType, size } = file;
  return { id, account, name, mediaType, size, ...(uploadedAtMs && { uploadedAt: isoTime(uploadedAtMs) }) };
}

export function summarizeReport({
  id,
  reporter,
  reported,
  reason,
  text,
  messages,
  atMs,
  isResolved,
}: Report): ReportSummary {
  return {
    id,
    reporter,
    reported,
    reason,
    ...(text === undefined ? {} : { text }),
    messages: messages.map((message) => ({
      id: message.id,
      ...(message.body === undefined ? {} : { body: message.body }),
    })),
    at: isoTime(atMs),
    isResolved,
  };
}

export function summarizeDevice(client: AccessingClient): DeviceSummary {
  const { id, isConnected, firstSeenMs, lastSeenMs, knowsPassword, hasToken, software, device } = client;
  const name = software ?? device;
  return {
    id,
    ...(name === undefined ? {} : { name }),
    isConnected,
    firstSeen: isoTime(firstSeenMs),
    lastSeen: isoTime(lastSeenMs),
    knowsPassword,
    hasToken,
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function summarizeComponent({ domain, grants, createdAtMs, connection }: Component): ComponentSummary {
  return {
    domain,
    grants: {
      ...grants,
      iq: [...grants.iq],
      delegated: grants.delegated.map(({ xmlns, attributes }) => ({ xmlns, attributes: [...attributes] })),
    },
    createdAt: new Date(createdAtMs).toISOString(),
    ...(connection === undefined
      ? {}
      : { connectedSince: new Date(connection.sinceMs).toISOString(), address: connection.remoteAddress }),
  };
}

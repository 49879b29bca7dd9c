/** A family and what their server says: the same on every run, so that pictures of the window only change with the window. */

import type {
  AccountSummary,
  AuditEntrySummary,
  ComponentSummary,
  DeviceSummary,
  FileSummary,
  ReportSummary,
  RoleSummary,
  SessionSummary,
  Status,
} from '../../../server/control/contract.ts';
import { aTrust, WORDS } from '../../control/fake-network.ts';

/** The clock of the pictures. */
export const NOW = new Date('2026-03-14T18:42:10Z');

const ago = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString();
const DAY = 24 * 60;

export const status: Status = {
  domain: 'miller.local',
  state: 'running',
  pid: 4711,
  version: '0.1.0',
  startedAt: ago(12 * DAY + 7 * 60 + 20),
  ports: { c2s: 5222, c2sTls: 5223, web: 5281, join: 5280, proxy: 5000 },
  joinPage: 'http://192.168.1.5:5280/join',
  addresses: ['192.168.1.5', 'fd12:3456:789a:1::5'],
  onlineAccounts: 0,
  sessions: 0,
  accounts: 0,
  storageBytes: 48_637_952,
  traffic: { messages: 18_204 },
  certificate: {
    fingerprint: '3F:9A:1C:77:E2:04:5B:D8:90:6E:21:AF:C3:58:74:0D:B6:EE:12:49:8A:F0:3D:95:67:2B:CC:81:5E:A4:D9:10',
    expiresAt: new Date('2027-02-18T09:00:00Z').toISOString(),
    source: 'local-ca',
    authorityFingerprint: aTrust.authority?.fingerprint ?? '',
    words: WORDS,
  },
  federation: { state: 'off', isEnabled: false, isPossible: false, why: 'Needs a domain of your own.' },
  isVisible: true,
  problems: [],
};

export const accounts: readonly AccountSummary[] = [
  person('anna', 'admin', 420),
  person('ben', 'member', 418),
  person('clara', 'member', 402, { lastSeen: ago(95) }),
  person('finn', 'member', 63),
  person('guest-tablet', 'limited', 21, { lastSeen: ago(3 * DAY) }),
  person('hanna', 'member', 400),
  person('oma', 'member', 377),
  person('piet', 'member', 210, { lastSeen: ago(48 * DAY), isDisabled: true }),
  person('zoe', 'member', 0.2),
];

export const sessions: readonly SessionSummary[] = [
  session('anna', 'phone.7Kd2', 2 * DAY + 40, '192.168.1.23', 'Conversations 2.17.9'),
  session('anna', 'desk', 190, '192.168.1.5', 'Gajim 1.9.5'),
  session('ben', 'monal.A81', 34, '192.168.1.31', 'Monal 6.4', { show: 'away' }),
  session('finn', 'dino.55e1', 6, '192.168.1.44', 'Dino 0.4.2', { show: 'dnd' }),
  session('hanna', 'gajim.PX2', 71, '192.168.1.38', 'Gajim 1.9.5'),
  session('oma', 'Tablet', 12 * 60, '192.168.1.60', undefined, { priority: null }),
];

export function person(
  localpart: string,
  role: AccountSummary['role'],
  createdDaysAgo: number,
  more: Partial<AccountSummary> = {},
): AccountSummary {
  const jid = `${localpart}@${status.domain}`;
  return {
    localpart,
    jid,
    role,
    status: more.isDisabled === true ? 'disabled' : 'enabled',
    isDisabled: false,
    createdAt: ago(createdDaysAgo * DAY),
    sessions: 0,
    ...more,
  };
}

function session(
  localpart: string,
  resource: string,
  minutesAgo: number,
  address: string,
  client: string | undefined,
  more: Partial<SessionSummary> = {},
): SessionSummary {
  return {
    jid: `${localpart}@${status.domain}/${resource}`,
    since: ago(minutesAgo),
    address,
    ...(client === undefined ? {} : { client }),
    priority: 0,
    isSecure: true,
    isResumable: true,
    ...more,
  };
}

/** The oldest first. */
export const files: readonly FileSummary[] = [
  file('f1', 'oma', 'Rezept Apfelkuchen.pdf', 'application/pdf', 412_300, 9 * DAY),
  file('f2', 'ben', 'garden-before-and-after-the-storm-of-last-weekend.jpg', 'image/jpeg', 3_842_118, 2 * DAY),
  file('f3', 'anna', 'birthday.mp4', 'video/mp4', 1_310_720_000, 300),
  file('f4', 'finn', 'voice-message.ogg', 'audio/ogg', 91_400, 12),
];

function file(
  id: string,
  account: string,
  name: string,
  mediaType: string,
  size: number,
  minutes: number,
): FileSummary {
  return { id, account, name, mediaType, size, uploadedAt: ago(minutes) };
}

export const reports: readonly ReportSummary[] = [
  {
    id: 'r1',
    reporter: 'oma@miller.local',
    reported: 'prince@lottery.example',
    reason: 'spam',
    text: 'He says that I have won. I have not played.',
    messages: [{ id: 'm1', body: 'Dear friend, you are the lucky winner of 3,000,000.' }, { id: 'm2' }],
    at: ago(50),
    isResolved: false,
  },
  {
    id: 'r2',
    reporter: 'finn@miller.local',
    reported: 'rude@chat.example',
    reason: 'abuse',
    messages: [],
    at: ago(3 * DAY),
    isResolved: true,
  },
];

export const devices: readonly DeviceSummary[] = [
  {
    id: 'd1',
    name: 'Conversations on Pixel 8',
    isConnected: true,
    firstSeen: ago(90 * DAY),
    lastSeen: ago(1),
    knowsPassword: true,
    hasToken: true,
  },
  {
    id: 'd2',
    name: 'Old laptop',
    isConnected: false,
    firstSeen: ago(300 * DAY),
    lastSeen: ago(40 * DAY),
    knowsPassword: true,
    hasToken: false,
  },
];

export const roles: readonly Pick<RoleSummary, 'name' | 'permissions'>[] = [
  { name: 'Helper', permissions: ['people.read', 'sessions.end', 'files.read', 'files.write', 'reports.read'] },
  { name: 'Town crier', permissions: ['announce'] },
];

export const motd = 'The cake sale is on Saturday, in the garden.';

const plain: ComponentSummary['grants'] = {
  roster: 'none',
  rosterPush: true,
  message: 'none',
  presence: 'none',
  iq: [],
  delegated: [],
};

export const components: readonly ComponentSummary[] = [
  {
    domain: 'telegram.miller.local',
    grants: {
      ...plain,
      roster: 'both',
      message: 'outgoing',
      presence: 'managed_entity',
      iq: [{ xmlns: 'http://jabber.org/protocol/pubsub', access: 'both' }],
    },
    createdAt: ago(30 * DAY),
    connectedSince: ago(3 * DAY),
    address: '127.0.0.1',
  },
  { domain: 'irc.miller.local', grants: plain, createdAt: ago(11 * DAY) },
];

/** The newest first. */
export const audit: readonly AuditEntrySummary[] = [
  entry(4, 3, 'anna@miller.local', 'window', 'sessions.end', 'clara@miller.local/web.1', 'done'),
  entry(3, 9, 'this computer', 'command-line', 'settings.set', 'offline.maxMessages', 'done'),
  entry(2, 44, 'ben@miller.local', 'chat', 'accounts.remove', 'piet', 'forbidden', 'Your role does not allow this.'),
  entry(1, 2 * DAY, 'this computer', 'window', 'accounts.create', 'zoe', 'done'),
];

function entry(
  id: number,
  minutes: number,
  actor: string,
  door: AuditEntrySummary['door'],
  deed: string,
  subject: string,
  outcome: AuditEntrySummary['outcome'],
  reason?: string,
): AuditEntrySummary {
  return { id, at: ago(minutes), actor, door, deed, subject, outcome, ...(reason === undefined ? {} : { reason }) };
}

/** Log lines as the logger writes them, the oldest first. */
export const logLines: readonly string[] = [
  line(64, 'info', '', 'server started', { domain: 'miller.local', version: '0.1.0' }),
  line(64, 'info', 'listeners', 'listening for clients', { port: 5222, address: '::' }),
  line(64, 'info', 'listeners', 'listening for clients with direct TLS', { port: 5223, address: '::' }),
  line(63, 'info', 'lan', 'announced on the network', { name: 'miller.local', interfaces: ['wlan0'] }),
  line(60, 'info', 'session', 'session bound', { jid: 'anna@miller.local/desk', address: '192.168.1.5' }),
  line(52, 'debug', 'stream', 'negotiated', { tls: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' }),
  line(51, 'info', 'session', 'session bound', { jid: 'hanna@miller.local/gajim.PX2', address: '192.168.1.38' }),
  line(44, 'warn', 'accounts', 'sign-in refused', {
    localpart: 'piet',
    reason: 'account-disabled',
    address: '192.168.1.77',
  }),
  line(44, 'warn', 'accounts', 'sign-in refused', {
    localpart: 'piet',
    reason: 'account-disabled',
    address: '192.168.1.77',
  }),
  line(34, 'info', 'session', 'session resumed', { jid: 'ben@miller.local/monal.A81', queued: 3 }),
  line(21, 'debug', 'router', 'message stored for later', { to: 'clara@miller.local', waiting: 2 }),
  line(17, 'error', 'certificates', 'certificate file could not be read; the previous one stays in use', {
    file: '/home/anna/certificates/a-very-long-folder-name-that-goes-on-and-on/fullchain.pem',
    code: 'EACCES',
  }),
  line(9, 'info', 'control', 'setting changed', { key: 'offline.maxMessages' }),
  line(6, 'info', 'session', 'session bound', { jid: 'finn@miller.local/dino.55e1', address: '192.168.1.44' }),
  line(3, 'warn', 'lan', 'an address changed; announcing again', { interface: 'wlan0', address: '192.168.1.5' }),
  line(0.5, 'info', 'session', 'session ended by an administrator', { jid: 'clara@miller.local/web.1' }),
];

export function line(
  minutesAgo: number,
  level: string,
  room: string,
  msg: string,
  fields: Readonly<Record<string, unknown>>,
): string {
  return `${JSON.stringify({ time: ago(minutesAgo), level, ...(room === '' ? {} : { room }), ...fields, msg })}\n`;
}

/** What the graph would have drawn in the last ten minutes: a quiet evening with two lively moments. */
export function trafficSamples(): readonly { timeMs: number; messages: number; sessions: number }[] {
  return Array.from({ length: 118 }, (_, index) => {
    const wave = Math.max(0, Math.sin(index / 9) * 9 + Math.sin(index / 2.3) * 4);
    const burst = index > 78 && index < 92 ? 14 - Math.abs(85 - index) * 1.6 : 0;
    return {
      timeMs: NOW.getTime() - (118 - index) * 5000,
      messages: Math.round(wave + Math.max(0, burst)),
      sessions: index < 30 ? 4 : index < 70 ? 5 : 6,
    };
  });
}

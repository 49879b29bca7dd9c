/** A server that only remembers what it was asked to do. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccountError } from '../../server/accounts/account-error.ts';
import { meets } from '../../server/accounts/permissions.ts';
import { DeedError } from '../../server/administration/deed-error.ts';
import { DEED_RULES } from '../../server/administration/deed-rules.ts';
import type { Carriers } from '../../server/administration/deeds.ts';
import type { Group } from '../../server/administration/group.ts';
import type { FollowedInvitation } from '../../server/administration/invitation.ts';
import { systemClock } from '../../server/clock/clock.ts';
import { Config } from '../../server/config/config.ts';
import { serverGroups } from '../../server/config/settings.ts';
import type {
  AccountSummary,
  AuditEntrySummary,
  DeviceSummary,
  FileSummary,
  ReportSummary,
  RoleSummary,
  SessionSummary,
  Status,
} from '../../server/control/contract.ts';
import type { Deeds } from '../../server/control/deeds.ts';
import { createLogger, type Logger } from '../../server/log/log.ts';
import { RecentLines } from '../../server/log/recent-lines.ts';
import { fakeDomain } from './fake-domain.ts';
import { FakeFederation } from './fake-federation.ts';
import { aNetwork, aTrust } from './fake-network.ts';
import { aNeighbour, FakePairs } from './fake-pairs.ts';

export interface FakeServer extends Deeds {
  readonly directory: string;
  readonly log: Logger;
  /** A fresh address of the window, where there is one. */
  windowAddress: () => string | undefined;
  /** What was done, in order. */
  readonly done: string[];
  /** What the status says from now on; followers are told. */
  become(status: Partial<Status>): void;
  /** How many follow it at this moment. */
  followers(): number;
}

export const aStatus: Status = {
  domain: 'miller.local',
  state: 'running',
  pid: process.pid,
  version: '0.1.0',
  startedAt: '2026-01-31T12:00:00.000Z',
  ports: { c2s: 5222, c2sTls: null, web: null, join: 5280, proxy: null },
  addresses: ['192.168.1.5'],
  onlineAccounts: 1,
  sessions: 1,
  accounts: 1,
  storageBytes: 12_345,
  traffic: { messages: 7 },
  certificate: { fingerprint: 'AB:CD', expiresAt: '2027-01-31T12:00:00.000Z', source: 'own' },
  federation: new FakeFederation().state(),
  isVisible: true,
  problems: [],
};

export const aSession: SessionSummary = {
  jid: 'ann@miller.local/phone',
  since: '2026-01-31T12:00:00.000Z',
  address: '192.168.1.9',
  priority: null,
  isSecure: true,
  isResumable: true,
};

export const anAccount: AccountSummary = {
  localpart: 'ann',
  jid: 'ann@miller.local',
  role: 'admin',
  status: 'enabled',
  isDisabled: false,
  createdAt: '2026-01-31T12:00:00.000Z',
  sessions: 1,
};

export const aRole: RoleSummary = {
  name: 'doorkeeper',
  permissions: ['people.read', 'people.write'],
  isBuiltIn: false,
  accounts: 2,
};

export const anEntry: AuditEntrySummary = {
  id: 7,
  at: '2026-01-31T12:00:00.000Z',
  actor: 'ann@miller.local',
  door: 'chat',
  deed: 'accounts.create',
  subject: 'bob',
  detail: 'member',
  outcome: 'done',
};

export const files: readonly FileSummary[] = [
  { id: '1', account: 'ann', name: 'Old garden.jpg', mediaType: 'image/jpeg', size: 100 },
  { id: '2', account: 'bob', name: 'house.jpg', mediaType: 'image/jpeg', size: 900 },
  { id: '3', account: 'ann', name: 'garden.jpg', mediaType: 'image/jpeg', size: 300 },
];

export const aReport: ReportSummary = {
  id: 'r1',
  reporter: 'ann@miller.local',
  reported: 'mallory@miller.local',
  reason: 'spam',
  messages: [{ id: 'm1', body: 'Cheap roses!' }],
  at: '2026-01-31T12:00:00.000Z',
  isResolved: false,
};

export const aDevice: DeviceSummary = {
  id: 'd1',
  name: 'Conversations',
  isConnected: true,
  firstSeen: '2026-01-01T12:00:00.000Z',
  lastSeen: '2026-01-31T12:00:00.000Z',
  knowsPassword: true,
  hasToken: false,
};

export const aGroup: Group = {
  id: 'g1',
  name: 'Kitchen',
  isEveryone: false,
  isShared: true,
  seenBy: [],
  room: 'kitchen@rooms.miller.local',
  members: ['ann', 'ben'],
};

export const anInvitation: FollowedInvitation = {
  id: 'i1',
  purpose: 'account',
  localpart: undefined,
  role: 'member',
  groups: [],
  inviter: 'ann',
  creator: undefined,
  maxUses: 3,
  usesLeft: 2,
  createdAtMs: Date.UTC(2026, 0, 31),
  expiresAtMs: Date.UTC(2026, 1, 7),
  accountLifetimeHours: undefined,
  openedAtMs: undefined,
  uses: [{ jid: 'dora@miller.local', atMs: Date.UTC(2026, 1, 1), signedInAtMs: undefined }],
  state: 'open',
};

export function createFakeServer(): FakeServer {
  const directory = mkdtempSync(join(tmpdir(), 'snug-control-'));
  const lines = new RecentLines();
  const done: string[] = [];
  const listeners = new Set<() => void>();
  let status = aStatus;
  let accounts: readonly AccountSummary[] = [anAccount];
  const note = (text: string): Promise<void> => {
    done.push(text);
    return Promise.resolve();
  };
  const noted = Object.fromEntries(
    Object.keys(DEED_RULES).map((deed) => [
      deed,
      (input: object) => note([deed, ...Object.values(input).map(String)].join(' ').trim()),
    ]),
  ) as unknown as Carriers;
  const federation = new FakeFederation({ done: (what) => done.push(what) });
  const pairs = new FakePairs({ servers: [aNeighbour], done: (what) => done.push(what) });
  const carry: Carriers = {
    ...noted,
    ...federation.carriers(),
    ...pairs.carriers(),
    'accounts.create': async ({ localpart, password, role }) => {
      if (localpart === 'ann') throw new AccountError('conflict', 'The name ann is taken.');
      await note(`accounts.create ${localpart} ${password} ${role}`);
      accounts = [...accounts, { ...anAccount, localpart, jid: `${localpart}@miller.local`, role }];
      return { localpart, role, status: 'enabled', isEnabled: true, isGuest: false, createdAt: 0 };
    },
    'accounts.disable': () => Promise.reject(new AccountError('last-admin', 'ann is the last administrator.')),
    'accounts.remove': () => Promise.reject(new TypeError('secret /etc/path is undefined')),
    'sessions.end': ({ jid }) => {
      if (jid !== aSession.jid) throw new DeedError('not-found', `There is no session ${jid}.`);
    },
    'settings.set': async ({ key, value }) => {
      if (!config.has(key)) throw new DeedError('not-found', `There is no setting called ${key}.`);
      await config.set(key, value);
    },
    'groups.create': async ({ name, ...wish }) => {
      await note(`groups.create ${name} ${JSON.stringify(wish)}`);
      return { ...aGroup, name };
    },
    'groups.update': ({ id, ...change }) => note(`groups.update ${id} ${JSON.stringify(change)}`),
    'groups.remove': ({ id }) => note(`groups.remove ${id}`),
    'groups.addMembers': ({ id, localparts }) => note(`groups.addMembers ${id} ${localparts.join(',')}`),
    'groups.removeMembers': ({ id, localparts }) => note(`groups.removeMembers ${id} ${localparts.join(',')}`),
    'window.open': () => {
      const address = server.windowAddress();
      if (address !== undefined) return address;
      throw new DeedError('refused', 'This server does not show its window in a browser (see window.enabled).');
    },
    'invitations.create': async (wish) => {
      await note(['invitations.create', ...Object.entries(wish).map(([name, value]) => `${name}=${value}`)].join(' '));
      const token = '0123456789abcdef0123456789abcdef';
      const uri = wish.purpose === 'password' ? undefined : `xmpp:miller.local?register;preauth=${token}`;
      const { localpart, inviter, maxUses } = wish;
      const page = `http://192.168.1.5:5280/join#${token}`;
      return {
        ...anInvitation,
        purpose: wish.purpose,
        localpart,
        inviter,
        maxUses,
        usesLeft: maxUses,
        token,
        uri,
        page,
      };
    },
    'clients.revoke': async ({ localpart, id, signOut }) => {
      await note(`clients.revoke ${localpart} ${id} ${signOut}`);
      return signOut;
    },
    'announcements.send': async ({ text }) => {
      await note(`announcements.send ${text}`);
      return 3;
    },
  };
  const config = Config.load({ path: join(directory, 'settings.json'), groups: serverGroups, overrides: [] });
  config.onChange((key) => {
    if (key === 'federation.enabled') federation.enable(config.get(key) === true);
  });
  const server: FakeServer = {
    directory,
    done,
    log: createLogger('debug', lines),
    become(changed) {
      status = { ...status, ...changed };
      for (const listener of listeners) listener();
    },
    followers: () => listeners.size,
    status: () => status,
    sessions: () => [aSession],
    askClients: () => Promise.resolve(),
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    clock: systemClock,
    generatePassword: () => 'made-up-password',
    accounts: () => accounts,
    roles: () => [aRole],
    audit: { list: ({ limit }) => [anEntry].slice(0, limit), onAppend: () => () => undefined },
    messages: () => ({ motd: 'Tea at five.', welcome: null }),
    files: () => files,
    reports: { list: () => [aReport], onChange: () => () => undefined },
    devices: () => Promise.resolve([aDevice]),
    components: () => ({ address: '127.0.0.1', port: null, components: [] }),
    network: {
      describe: () => aNetwork,
      probeName: (domain) => Promise.resolve({ outcome: 'free', text: `Nobody else is called ${domain}.` }),
    },
    trust: { describe: () => Promise.resolve(aTrust) },
    domain: fakeDomain,
    federation,
    pairs,
    groups: { list: () => [aGroup], onChange: () => () => undefined },
    invitations: { list: () => [anInvitation], onChange: () => () => undefined },
    perform: (actor, deed, input) => {
      if (!meets(actor.permissions, DEED_RULES[deed].permission)) {
        return Promise.reject(new DeedError('forbidden', 'Your role does not allow this.'));
      }
      return carry[deed](input) as ReturnType<FakeServer['perform']> as never;
    },
    config,
    windowAddress: () => 'http://127.0.0.1:5282/#token=fresh',
    logs: lines,
  };
  return server;
}

/** What can be asked of the running server from outside, put together from its rooms. */
import type { Accounts } from './accounts/accounts.ts';
import { generatePassword } from './accounts/passwords.ts';
import { fingerprintWords } from './certificates/fingerprint-words.ts';
import { ClientNames } from './client-names.ts';
import type { Clock } from './clock/clock.ts';
import type { Config } from './config/config.ts';
import { lanSettings } from './config/settings.ts';
import type { Status } from './control/contract.ts';
import type { Deeds, FederationDeeds, PairDeeds } from './control/deeds.ts';
import type { Core } from './core.ts';
import type { RecentLines } from './log/recent-lines.ts';
import { COMPONENTS } from './modulehost/components.ts';
import { GROUPS } from './modulehost/groups.ts';
import { INVITATIONS } from './modulehost/invitations.ts';
import { ANNOUNCEMENTS, CLIENT_ACCESS, LAST_ACTIVITY, REPORTS, UPLOADS } from './modulehost/services.ts';
import { componentsSettings } from './modules/components/settings.ts';
import {
  type Attendance,
  summarizeAccounts,
  summarizeComponent,
  summarizeDevice,
  summarizeEntry,
  summarizeFile,
  summarizeReport,
  summarizeRoles,
  summarizeSession,
} from './summaries.ts';

export interface DeedsOptions {
  readonly domain: string;
  readonly version: string;
  readonly startedAtMs: number;
  readonly core: Core;
  readonly accounts: Accounts;
  readonly config: Config;
  readonly lines: RecentLines;
  readonly ports: Status['ports'];
  readonly joinPage: () => string | undefined;
  /** Null while it is shut. */
  readonly componentPort: () => number | null;
  readonly addresses: () => readonly string[];
  readonly certificate: () => {
    readonly fingerprintSha256: string;
    readonly caFingerprintSha256?: string;
    readonly expiresAt: Date;
    readonly source: string;
  };
  readonly network: Deeds['network'];
  readonly trust: Deeds['trust'];
  readonly domainSetup: Deeds['domain'];
  readonly storageBytes: () => number;
  readonly problems: () => Status['problems'];
  readonly clock: Clock;
  readonly randomBytes: (bytes: number) => Buffer;
  /** Resolves when the server begins to stop. */
  readonly stopping: Promise<unknown>;
  readonly federation: FederationDeeds;
  readonly pairs: PairDeeds;
  readonly federationState: () => Status['federation'];
}

const ACCOUNT_EVENTS = [
  'created',
  'removed',
  'disabled',
  'enabled',
  'restored',
  'expiryChanged',
  'roleChanged',
] as const;
const NEVER_SEEN: ReadonlyMap<string, number> = new Map();

export function createDeeds(options: DeedsOptions): Deeds {
  const { core, accounts, domain, clock } = options;
  const { host, sessions, administration, audit } = core;
  const lan = options.config.group('lan', lanSettings);
  let isStopping = false;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
  };
  core.lifecycle.hooks.push({ bound: changed, presenceChanged: changed, ended: changed });
  for (const event of ACCOUNT_EVENTS) accounts.on(event, changed);
  options.federation.onChange(changed);
  options.pairs.onChange(changed);
  options.config.onChange((key) => {
    if (key === 'lan.mdns') changed();
  });
  options.domainSetup.onChange(changed);
  void options.stopping.then(() => {
    isStopping = true;
    changed();
  });
  const clients = new ClientNames({ sessions, ownRequests: core.ownRequests, clock, onChange: changed });
  const attendance: Attendance = {
    sessionsOf: (localpart) => sessions.of(localpart).size,
    lastSeen: () => host.find(LAST_ACTIVITY)?.lastSeen() ?? NEVER_SEEN,
  };
  return {
    perform: (actor, deed, input) => administration.perform(actor, deed, input),
    status() {
      const certificate = options.certificate();
      const joinPage = options.joinPage();
      return {
        domain,
        state: isStopping ? 'stopping' : 'running',
        pid: process.pid,
        version: options.version,
        startedAt: new Date(options.startedAtMs).toISOString(),
        ports: options.ports,
        ...(joinPage === undefined ? {} : { joinPage }),
        addresses: [...options.addresses()],
        onlineAccounts: sessions.accountCount,
        sessions: sessions.count,
        accounts: accounts.list().filter(({ localpart }) => accounts.isThere(localpart)).length,
        storageBytes: options.storageBytes(),
        traffic: { messages: core.router.messages },
        certificate: {
          fingerprint: certificate.fingerprintSha256,
          expiresAt: certificate.expiresAt.toISOString(),
          source: certificate.source,
          ...wordsOf(certificate.caFingerprintSha256),
        },
        federation: options.federationState(),
        isVisible: lan.mdns,
        problems: options.problems(),
      };
    },
    sessions: () => [...sessions.all()].map((session) => summarizeSession(session, clients.of(session))),
    askClients: () => clients.askAll(),
    accounts: () => summarizeAccounts(accounts, domain, attendance),
    roles: () => summarizeRoles(accounts),
    audit: {
      list: (filter) => audit.list(filter).map(summarizeEntry),
      onAppend: (listener) => audit.onAppend(listener),
    },
    messages() {
      const announcements = host.find(ANNOUNCEMENTS);
      return { motd: announcements?.motd ?? null, welcome: announcements?.welcome ?? null };
    },
    files: () => (host.find(UPLOADS)?.files() ?? []).map(summarizeFile),
    reports: {
      list: () => (host.find(REPORTS)?.list() ?? []).map(summarizeReport),
      onChange: (listener) => host.find(REPORTS)?.onChange(listener) ?? (() => undefined),
    },
    devices: async (localpart) => ((await host.find(CLIENT_ACCESS)?.list(localpart)) ?? []).map(summarizeDevice),
    components: () => ({
      address: options.config.group('components', componentsSettings).address,
      port: options.componentPort(),
      components: (host.find(COMPONENTS)?.list() ?? []).map(summarizeComponent),
    }),
    groups: {
      list: () => host.find(GROUPS)?.list() ?? [],
      onChange: (listener) => host.find(GROUPS)?.onChange(listener) ?? (() => undefined),
    },
    invitations: {
      list: () => host.find(INVITATIONS)?.list() ?? [],
      onChange: (listener) => host.find(INVITATIONS)?.onChange(listener) ?? (() => undefined),
    },
    network: options.network,
    trust: options.trust,
    domain: options.domainSetup,
    federation: options.federation,
    pairs: options.pairs,
    config: options.config,
    logs: {
      recent: (count) => options.lines.recent(count),
      follow: (listener) => options.lines.follow(listener),
    },
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    clock,
    generatePassword: () => generatePassword(options.randomBytes),
  };
}

function wordsOf(authorityFingerprint: string | undefined) {
  return authorityFingerprint === undefined
    ? {}
    : { authorityFingerprint, words: fingerprintWords(authorityFingerprint) };
}

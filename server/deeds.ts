/** What can be asked of the running server from outside, put together from its rooms. */
import type { Account } from './accounts/account.ts';
import type { Accounts } from './accounts/accounts.ts';
import { generatePassword } from './accounts/passwords.ts';
import { ClientNames } from './client-names.ts';
import type { ClientPorts } from './client-ports.ts';
import type { Clock } from './clock/clock.ts';
import type { Config } from './config/config.ts';
import type { Deeds } from './control/deeds.ts';
import type { Core } from './core.ts';
import { bareJid, joinJid, parseJid } from './jid/jid.ts';
import type { RecentLines } from './log/recent-lines.ts';
import { LAST_ACTIVITY } from './modulehost/services.ts';
import type { Session } from './session/session.ts';
import { NS_CLIENT } from './stanza/stanza.ts';

export interface DeedsOptions {
  readonly domain: string;
  readonly version: string;
  readonly startedAtMs: number;
  readonly core: Core;
  readonly accounts: Accounts;
  readonly config: Config;
  readonly lines: RecentLines;
  readonly ports: ClientPorts;
  readonly addresses: () => readonly string[];
  readonly certificate: () => { readonly fingerprintSha256: string; readonly expiresAt: Date; readonly source: string };
  readonly storageBytes: () => number;
  readonly windowAddress: () => string | undefined;
  readonly clock: Clock;
  readonly randomBytes: (bytes: number) => Buffer;
  readonly stop: () => void;
}

export function createDeeds(options: DeedsOptions): Deeds {
  const { core, accounts, domain, clock } = options;
  let isStopping = false;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
  };
  core.lifecycle.hooks.push({ bound: changed, presenceChanged: changed, ended: changed });
  for (const event of ACCOUNT_EVENTS) accounts.on(event, changed);
  const clients = new ClientNames({ sessions: core.sessions, ownRequests: core.ownRequests, clock, onChange: changed });
  return {
    status() {
      const certificate = options.certificate();
      return {
        domain,
        state: isStopping ? 'stopping' : 'running',
        pid: process.pid,
        version: options.version,
        startedAt: new Date(options.startedAtMs).toISOString(),
        ports: options.ports,
        addresses: [...options.addresses()],
        onlineAccounts: core.sessions.accountCount,
        sessions: core.sessions.count,
        accounts: accounts.list().length,
        storageBytes: options.storageBytes(),
        traffic: { messages: core.router.messages },
        certificate: {
          fingerprint: certificate.fingerprintSha256,
          expiresAt: certificate.expiresAt.toISOString(),
          source: certificate.source,
        },
      };
    },
    sessions: () => [...core.sessions.all()].map((session) => summarize(session, clients.of(session))),
    askClients: () => clients.askAll(),
    endSession(text) {
      const jid = parseJid(text);
      const session = jid?.domain === domain ? core.sessions.get(jid.local, jid.resource) : undefined;
      if (session === undefined) return false;
      core.lifecycle.end(session, { condition: 'not-authorized', text: 'An administrator ended this session.' });
      return true;
    },
    accounts: createAccountDeeds(accounts, domain, {
      sessionsOf: (localpart) => core.sessions.of(localpart).size,
      lastSeen: () => core.host.find(LAST_ACTIVITY)?.lastSeen() ?? NEVER_SEEN,
    }),
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
    windowAddress: options.windowAddress,
    stop() {
      isStopping = true;
      changed();
      options.stop();
    },
  };
}

const ACCOUNT_EVENTS = ['created', 'removed', 'disabled', 'enabled', 'roleChanged'] as const;

/** What a running server knows about its accounts beyond what is in their table. */
interface Attendance {
  readonly sessionsOf: (localpart: string) => number;
  /** Milliseconds since 1970. */
  readonly lastSeen: () => ReadonlyMap<string, number>;
}

const NEVER_SEEN: ReadonlyMap<string, number> = new Map();
const NOBODY_THERE: Attendance = { sessionsOf: () => 0, lastSeen: () => NEVER_SEEN };

/** The accounts as people administer them; also for a data directory on which no server runs. */
export function createAccountDeeds(
  accounts: Accounts,
  domain: string,
  attendance: Attendance = NOBODY_THERE,
): Deeds['accounts'] {
  const summarizeAccount = (account: Account, seenAtMs: number | undefined) => ({
    localpart: account.localpart,
    jid: bareJid(joinJid(account.localpart, domain)).full,
    role: account.role,
    isDisabled: !account.isEnabled,
    createdAt: new Date(account.createdAt).toISOString(),
    ...(seenAtMs === undefined ? {} : { lastSeen: new Date(seenAtMs).toISOString() }),
    sessions: attendance.sessionsOf(account.localpart),
  });
  return {
    list() {
      const lastSeen = attendance.lastSeen();
      return accounts.list().map((account) => summarizeAccount(account, lastSeen.get(account.localpart)));
    },
    create: async (account) => summarizeAccount(await accounts.create(account), undefined),
    setPassword: (localpart, password) => accounts.setPassword(localpart, password),
    setRole: (localpart, role) => accounts.setRole(localpart, role),
    disable: (localpart) => accounts.disable(localpart),
    enable: (localpart) => accounts.enable(localpart),
    remove: (localpart) => accounts.remove(localpart),
  };
}

function summarize(session: Session, client: string | undefined) {
  const show = session.presence?.childText('show', NS_CLIENT);
  return {
    jid: session.jid.full,
    since: new Date(session.boundAtMs).toISOString(),
    address: session.remoteAddress,
    ...(client === undefined ? {} : { client }),
    priority: session.isAvailable ? session.priority : null,
    ...(show === undefined ? {} : { show }),
    isSecure: true,
    isResumable: session.outbox.unacked !== undefined,
  };
}

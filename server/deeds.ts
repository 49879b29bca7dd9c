/** What can be asked of the running server from outside, put together from its rooms. */
import type { Accounts } from './accounts/accounts.ts';
import type { Config } from './config/config.ts';
import type { Deeds } from './control/deeds.ts';
import type { Core } from './core.ts';
import { bareJid, joinJid, parseJid } from './jid/jid.ts';
import type { RecentLines } from './log/recent-lines.ts';
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
  readonly ports: { readonly c2s: number | null; readonly c2sTls: number | null };
  readonly addresses: () => readonly string[];
  readonly certificate: () => { readonly fingerprintSha256: string; readonly expiresAt: Date; readonly source: string };
  readonly storageBytes: () => number;
  readonly stop: () => void;
}

export function createDeeds(options: DeedsOptions): Deeds {
  const { core, accounts, domain } = options;
  let isStopping = false;
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
        certificate: {
          fingerprint: certificate.fingerprintSha256,
          expiresAt: certificate.expiresAt.toISOString(),
          source: certificate.source,
        },
      };
    },
    sessions: () => [...core.sessions.all()].map(summarize),
    endSession(text) {
      const jid = parseJid(text);
      const session = jid?.domain === domain ? core.sessions.get(jid.local, jid.resource) : undefined;
      if (session === undefined) return false;
      core.lifecycle.end(session, { condition: 'not-authorized', text: 'An administrator ended this session.' });
      return true;
    },
    accounts: createAccountDeeds(accounts, domain),
    config: options.config,
    logs: {
      recent: (count) => options.lines.recent(count),
      follow: (listener) => options.lines.follow(listener),
    },
    stop() {
      isStopping = true;
      options.stop();
    },
  };
}

/** The accounts as people administer them; also for a data directory on which no server runs. */
export function createAccountDeeds(accounts: Accounts, domain: string): Deeds['accounts'] {
  const summarizeAccount = (account: ReturnType<Accounts['list']>[number]) => ({
    localpart: account.localpart,
    jid: bareJid(joinJid(account.localpart, domain)).full,
    role: account.role,
    isDisabled: !account.isEnabled,
    createdAt: new Date(account.createdAt).toISOString(),
  });
  return {
    list: () => accounts.list().map(summarizeAccount),
    create: async (account) => summarizeAccount(await accounts.create(account)),
    setPassword: (localpart, password) => accounts.setPassword(localpart, password),
    setRole: (localpart, role) => accounts.setRole(localpart, role),
    disable: (localpart) => accounts.disable(localpart),
    enable: (localpart) => accounts.enable(localpart),
    remove: (localpart) => accounts.remove(localpart),
  };
}

function summarize(session: Session) {
  const show = session.presence?.childText('show', NS_CLIENT);
  return {
    jid: session.jid.full,
    since: new Date(session.boundAtMs).toISOString(),
    address: session.remoteAddress,
    priority: session.isAvailable ? session.priority : null,
    ...(show === undefined ? {} : { show }),
    isSecure: true,
    isResumable: session.outbox.unacked !== undefined,
  };
}

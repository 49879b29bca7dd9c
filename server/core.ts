/**
 * The XMPP server without disk, sockets and control: builds router, sessions, modules and streams and joins them.
 * `server.ts` puts it on a computer; scenes put it in memory with a clock of their own.
 */
import { AccountEnds } from './account-ends.ts';
import type { Account, Accounts } from './accounts/accounts.ts';
import { standingOf } from './accounts/roles.ts';
import { Administration } from './administration/administration.ts';
import { AuditLog } from './administration/audit.ts';
import { AUDIT_MIGRATIONS } from './administration/store.ts';
import type { Clock } from './clock/clock.ts';
import type { Config } from './config/config.ts';
import type { SettingsGroup } from './config/setting.ts';
import {
  adminSettings,
  auditSettings,
  c2sSettings,
  listenSettings,
  modulesSettings,
  serverGroups,
} from './config/settings.ts';
import { createDeedCarriers, type Keeper } from './deed-carriers.ts';
import type { FederationDoor } from './federation-carriers.ts';
import { Streams } from './listeners/streams.ts';
import type { Logger } from './log/log.ts';
import { Disco } from './modulehost/disco.ts';
import { ModuleHost } from './modulehost/host.ts';
import type { PeerServer } from './modulehost/peers.ts';
import { GUESTS, ROSTER, STREAM_MANAGEMENT } from './modulehost/services.ts';
import type { WebAddress } from './modulehost/web.ts';
import { modules } from './modules/index.ts';
import {
  type AbsentHandler,
  AccountsRoute,
  type RequestDelegate,
  type ServerMessageHandler,
} from './router/accounts-route.ts';
import type { BindFeature } from './router/bind-features.ts';
import { IqTable } from './router/iq-table.ts';
import { OwnRequests } from './router/own-requests.ts';
import { Router } from './router/router.ts';
import { SessionLifecycle } from './router/session-lifecycle.ts';
import { Sessions } from './session/sessions.ts';
import { createSignInFeatures } from './sign-in.ts';
import type { Migration } from './store/migrations.ts';
import type { Reader } from './store/reader.ts';
import type { Writer } from './store/writer.ts';
import type { StreamFeature } from './stream/feature.ts';
import type { InlineFeature } from './stream/features/sasl2-inline.ts';

/** Before authentication nothing that is asked for is deeper or wider than this. */
const STRANGER = { maxDepth: 16, maxAttributes: 32, maxBufferedBytes: 256 * 1024 };
/** What may wait for one client's socket: a page of history with avatars, many times over. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
/** What may wait for one client's acknowledgement: more than for its socket, so that a slow one can go on in a new stream. */
const MAX_UNACKED = 10_000;
const MAX_UNACKED_BYTES = 2 * MAX_BUFFERED_BYTES;
/**
 * Deep enough for a forwarded message with a form in it, shallow enough for every recursion. A session looks after what it
 * sends itself; what it repeats on resumption comes at once and must fit.
 */
const MEMBER = { maxDepth: 100, maxAttributes: 64, maxBufferedBytes: 2 * MAX_UNACKED_BYTES };
const NOBODY: Keeper = { stop: () => undefined, restart: () => undefined, windowAddress: () => undefined };
const RESOURCE_BYTES = 8;
const STREAM_ID_BYTES = 12;

export interface CoreOptions {
  readonly domain: string;
  readonly version: string;
  readonly config: Config;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly randomBytes: (bytes: number) => Buffer;
  readonly web: WebAddress;
  /** See `Network`; none when it is left out. */
  readonly localNetworks?: () => readonly string[];
  /** See `Host`; nobody when it is left out. */
  readonly peers?: () => readonly PeerServer[];
  /** Nobody when it is left out. */
  readonly keeper?: Keeper;
  /** None when it is left out. */
  readonly federation?: () => FederationDoor | undefined;
  /** Where modules keep what is too large for the database. */
  readonly dataDir: string;
  readonly log: Logger;
}

export interface Core {
  readonly router: Router;
  readonly sessions: Sessions;
  readonly lifecycle: SessionLifecycle;
  readonly host: ModuleHost;
  readonly ownRequests: OwnRequests;
  readonly administration: Administration;
  readonly audit: AuditLog;
  readonly streams: Streams;
  /** Those that belong to the stream itself; modules bring further ones. */
  readonly streamFeatures: readonly StreamFeature[];
  /** Ends all streams with `system-shutdown`, then stops the modules. */
  stop(graceMs: number): Promise<void>;
}

/** The tables of the audit log and of all modules, whether they are switched on or not. */
export function moduleMigrations(): readonly Migration[] {
  const ofModules = modules.flatMap(({ name, migrations }) =>
    (migrations ?? []).map((migration) => ({ ...migration, owner: name })),
  );
  return [...AUDIT_MIGRATIONS, ...ofModules];
}

/** The settings of the server and of all modules. */
export function settingsGroups(): Readonly<Record<string, SettingsGroup>> {
  const groups: Record<string, SettingsGroup> = { ...serverGroups };
  for (const { name, config } of modules) if (config !== undefined) groups[name] = config;
  return groups;
}

/** What is wrong with the setting `modules.disabled`, as a sentence: a name that is none, or a module that others need. */
export function findDisabledModulesFault(config: Config): string | undefined {
  const { disabled } = config.group('modules', modulesSettings);
  const stranger = disabled.find((name) => !modules.some((module) => module.name === name));
  if (stranger !== undefined) {
    return `“${stranger}” is no module; there are ${modules.map((module) => module.name).join(', ')}.`;
  }
  for (const { name, provides } of modules) {
    if (!disabled.includes(name)) continue;
    const needy = modules.filter(
      (module) => !disabled.includes(module.name) && module.needs?.some((token) => provides?.includes(token)),
    );
    if (needy.length > 0) {
      return `“${name}” cannot be switched off, because ${needy.map((module) => module.name).join(', ')} need it.`;
    }
  }
  return undefined;
}

export function createCore(options: CoreOptions): Core {
  const { domain, version, config, reader, writer, accounts, clock, log } = options;
  const c2s = config.group('c2s', c2sSettings);
  const admin = config.group('admin', adminSettings);
  const auditing = config.group('audit', auditSettings);
  const randomId = (bytes: number) => options.randomBytes(bytes).toString('hex');
  const now = () => clock.now();

  const sessions = new Sessions();
  const router = new Router(log.child('router'));
  const lifecycle = new SessionLifecycle({
    domain,
    sessions,
    router,
    limits: () => ({
      maxBufferedBytes: MAX_BUFFERED_BYTES,
      maxUnacked: MAX_UNACKED,
      maxUnackedBytes: MAX_UNACKED_BYTES,
      maxSessionsPerAccount: c2s.maxSessionsPerAccount,
    }),
    conflictPolicy: () => c2s.resourceConflict,
    newResource: () => randomId(RESOURCE_BYTES),
    now,
    log: log.child('session'),
  });
  const requests = new IqTable();
  const ownRequests = new OwnRequests({ domain, send: (element) => router.send(element), clock, randomId });
  const absent: AbsentHandler[] = [];
  const toServer: ServerMessageHandler[] = [];
  const delegates: RequestDelegate[] = [];
  router.routes.set(
    domain,
    new AccountsRoute({
      router,
      accounts,
      sessions,
      requests,
      ownRequests,
      absent,
      toServer,
      delegates,
      isSubscribed: (account, address) => host.find(ROSTER)?.isSubscribed(account, address.bare) ?? false,
      log: log.child('router'),
    }),
  );

  const moduleFeatures: StreamFeature[] = [];
  const inline: InlineFeature[] = [];
  const bindFeatures: BindFeature[] = [];
  const signIn = createSignInFeatures({
    config,
    accounts,
    sessions,
    lifecycle,
    clock,
    randomBytes: options.randomBytes,
    inline,
    bindFeatures,
    idleSeconds: () => host.find(STREAM_MANAGEMENT)?.idleSeconds,
    guestDoor: () => host.find(GUESTS),
  });
  const streams = new Streams({
    clock,
    log: log.child('stream'),
    streamOptions: () => ({
      domain,
      features: [...signIn.first, ...moduleFeatures, ...signIn.last],
      limits: {
        beforeAuthentication: { ...STRANGER, maxStanzaBytes: c2s.maxStanzaBytesBeforeAuthentication },
        authenticated: { ...MEMBER, maxStanzaBytes: c2s.maxStanzaBytes },
      },
      newId: () => randomId(STREAM_ID_BYTES),
    }),
  });

  const audit = new AuditLog({
    reader,
    writer,
    clock,
    retentionDays: () => auditing.retentionDays,
  });
  const deeds = createDeedCarriers({
    domain,
    accounts,
    config,
    clock,
    sessions,
    lifecycle,
    find: (token) => host.find(token),
    keeper: options.keeper ?? NOBODY,
    federation: options.federation ?? (() => undefined),
    flush: () => writer.flush(),
  });
  const administration = new Administration({
    domain,
    accounts,
    audit,
    carriers: deeds.carriers,
    adminJids: () => admin.jids,
    isSecret: (key) => config.isSecret(key),
  });

  const host = new ModuleHost({
    shared: {
      domain,
      version,
      startedAtMs: clock.now(),
      clock,
      randomId,
      reader,
      writer,
      accounts,
      sessions,
      lifecycle,
      router,
      ownRequests,
      disco: new Disco(),
      web: options.web,
      network: {
        listenAddress: config.group('listen', listenSettings).address,
        localNetworks: options.localNetworks ?? (() => []),
      },
      peers: options.peers ?? (() => []),
      administration,
      roleOf: (jid) => {
        if (jid.domain !== domain || !accounts.has(jid.local)) return undefined;
        return admin.jids.includes(jid.bare) ? 'admin' : standingOf(accounts.get(jid.local)?.role ?? 'limited');
      },
    },
    dataDir: options.dataDir,
    config,
    log,
    requests,
    absent,
    toServer,
    delegates,
    streamFeatures: moduleFeatures,
    inline,
    bindFeatures,
  });
  const disabled = config.group('modules', modulesSettings);
  for (const module of modules) if (!disabled.disabled.includes(module.name)) host.start(module);

  const endSessionsOf =
    (condition: string, textFor: (account: Account) => string) => (account: Account, byResource?: string) => {
      const { localpart } = account;
      const error = { condition, text: textFor(account) };
      const kept = byResource === undefined ? undefined : sessions.get(localpart, byResource);
      for (const session of [...sessions.of(localpart).values()]) if (session !== kept) lifecycle.end(session, error);
      streams.closeOf(localpart, error, kept?.stream); // those without a resource
    };
  accounts.on(
    'removed',
    endSessionsOf('not-authorized', (account) =>
      accounts.statuses.isOver(account)
        ? 'This account was for a limited time, which is over.'
        : 'This account has been removed.',
    ),
  );
  accounts.on(
    'disabled',
    endSessionsOf('not-authorized', ({ status }) =>
      status === 'deleted' ? 'This account has been deleted.' : 'This account has been switched off.',
    ),
  );
  // RFC 6120 section 4.9.3.16: what the stream was authenticated with is revoked, and must be negotiated again.
  accounts.on(
    'passwordChanged',
    endSessionsOf('reset', () => 'The password has been changed. Sign in with the new one.'),
  );
  const ends = new AccountEnds({ accounts, clock, log: log.child('accounts') });

  return {
    router,
    sessions,
    lifecycle,
    host,
    ownRequests,
    administration,
    audit,
    streams,
    streamFeatures: [...signIn.first, ...signIn.last],
    async stop(graceMs) {
      deeds.cancel();
      audit.stop();
      ends.stop();
      await streams.closeAll(graceMs);
      await host.stopAll();
    },
  };
}

/** The server on a computer: builds every room and joins them; nobody else does. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DestinationStream } from 'pino';
import { generatePassword } from './accounts/passwords.ts';
import { localNetworks, reachableAddresses } from './addresses.ts';
import { thisComputer } from './administration/actor.ts';
import { announce } from './announcement.ts';
import { openCertificates } from './certificate-source.ts';
import { openClientPorts } from './client-ports.ts';
import { systemClock } from './clock/clock.ts';
import { ComponentPort } from './component-port.ts';
import type { Config } from './config/config.ts';
import { listenSettings, logSettings, webSettings } from './config/settings.ts';
import type { Status } from './control/contract.ts';
import type { Deeds } from './control/deeds.ts';
import { followSnapshots } from './control/follow-snapshots.ts';
import { createHandlers } from './control/handlers.ts';
import { type ControlPort, PortDoor } from './control/port-door.ts';
import { ControlSocketError, openControlSocket } from './control/socket.ts';
import { createCore } from './core.ts';
import { type DataDirectory, loadConfig, lockDataDirectory, openDataDirectory } from './data-directory.ts';
import { createDeeds } from './deeds.ts';
import type { DomainKeeper } from './domain-carriers.ts';
import { openDomainSetup } from './domain-setup.ts';
import { createFederating } from './federating.ts';
import type { Federation } from './federation/federation.ts';
import { peersOf } from './federation-summaries.ts';
import { type JoinPort, openJoinPort } from './join-port.ts';
import type { Announcer } from './lan/announcer.ts';
import { createServerTls, type ServerTls } from './listeners/tls.ts';
import { createConsoleLines, onlyTroubles, tee } from './log/console-lines.ts';
import { createLogger, type RootLogger } from './log/log.ts';
import { LogFile } from './log/log-file.ts';
import { RecentLines } from './log/recent-lines.ts';
import { COMPONENTS } from './modulehost/components.ts';
import { JOIN_PAGES } from './modulehost/invitations.ts';
import { PROXY } from './modulehost/services.ts';
import { Network } from './network.ts';
import { describePorts } from './open-ports.ts';
import { Opened } from './opened.ts';
import { followPageAddresses } from './page-addresses.ts';
import { pairDeeds, pairProblems } from './pair-summaries.ts';
import { Pairing } from './pairing.ts';
import { RESTART } from './restart.ts';
import { StartError } from './start-error.ts';
import { Trust } from './trust.ts';
import { waitingProblems } from './waiting-people.ts';
import { openWebStreams } from './web-streams.ts';
import { openWindowDoor } from './window-door.ts';

export { openOffline } from './offline-accounts.ts';

const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
/** How long clients may take over their goodbyes; the rest of the stop takes well under the 5 s that are promised. */
const GOODBYE_MS = 2_000;
const FIRST_ACCOUNT = 'admin';
/** How soon the tray learns what changes without an event. */
const STATUS_REFRESH_MS = 5_000;

export interface ServerOptions {
  readonly dataDir: string;
  /** For a fresh data directory. */
  readonly domain?: string;
  /** `KEY=VALUE` texts for this run. */
  readonly overrides: readonly string[];
  readonly logToConsole?: 'json' | 'text' | 'none';
  /** Where the window is shown: by the desktop app, on ports that it hands in, or in a browser as well. */
  readonly window: 'desktop' | 'browser';
}

export interface RunningServer {
  readonly domain: string;
  readonly ports: Status['ports'];
  /** The address of the join page; undefined while nobody can reach it. */
  readonly joinPage?: string;
  readonly addresses: readonly string[];
  /** SHA-256 of the certificate that clients are shown. */
  readonly fingerprint: string;
  /** Only at the very first start: the account that was made, with a password that is stored nowhere in clear. */
  readonly firstAdmin?: { readonly jid: string; readonly password: string };
  /** A one-time address of the window in a browser, where there is one. */
  readonly window?: string;
  /** Answers calls on a port, for an administrator. */
  connect(port: ControlPort): void;
  /** Tells the status now and after each change, at most twice a second. */
  followStatus(listener: (status: Status) => void): void;
  /** The tray's switch for other servers. Never rejects: what comes of it is told by the status. */
  setFederation(isEnabled: boolean): Promise<void>;
  /** The tray's switch for being shown on this network, likewise. */
  setVisible(isVisible: boolean): Promise<void>;
  /** The computer goes to sleep: who looks for the server shall not find it until `networkChanged`. */
  suspend(): void;
  /** For who knows that the computer woke up, or joined another network. */
  networkChanged(): void;
  stop(reason?: string): Promise<void>;
  /** Why it had to stop by itself, if it did; known once `stopping` has resolved. */
  readonly failure: StartError | undefined;
  /** Resolves with the reason when the server begins to stop, whoever asked for it; `RESTART` asks for another start. */
  readonly stopping: Promise<string>;
  /** Settles when the server has stopped, for whatever reason. */
  readonly stopped: Promise<void>;
}

/** Starts everything, or nothing at all. @throws StartError */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { dataDir } = options;
  const config = loadConfig(dataDir, options.overrides);
  const lock = lockDataDirectory(dataDir);
  const opened = new Opened();
  const lines = new RecentLines();
  const log = openLog(options, config, lines, opened);
  opened.add(() => lock.release());
  try {
    return await build(options, config, log, lines, opened);
  } catch (error) {
    await opened.closeAll(log);
    throw error;
  }
}

async function build(
  options: ServerOptions,
  config: Config,
  log: RootLogger,
  lines: RecentLines,
  opened: Opened,
): Promise<RunningServer> {
  const { dataDir } = options;
  const stopping = Promise.withResolvers<string>();
  const stopped = Promise.withResolvers<void>();
  let isStopping = false;
  let failure: StartError | undefined;
  const stop = async (reason = 'requested'): Promise<void> => {
    if (isStopping) return stopped.promise;
    isStopping = true;
    stopping.resolve(reason);
    log.info({ reason }, 'server stopping');
    await opened.closeAll(log);
    stopped.resolve();
  };

  const data = await openDataDirectory({
    dataDir,
    domain: options.domain,
    config,
    log,
    onFatal: (error) => {
      log.error({ err: error }, 'the database failed; nothing more can be promised, so the server stops');
      failure ??= new StartError('store', `The database failed (${error.message}), so the server has stopped.`, error);
      void stop('database failure');
    },
  });
  opened.add(() => data.close());
  const { domain, database, accounts } = data;
  const { certificates, acme } = await openCertificates({ dataDir, domain, config, log, clock: systemClock });
  opened.add(() => certificates.close());
  opened.add(() => acme.close());
  let tls = createServerTls(certificates.current);
  const tlsListeners: ((tls: ServerTls) => void)[] = [];
  certificates.onChange((identity) => {
    tls = createServerTls(identity);
    for (const listener of tlsListeners) listener(tls);
  });
  certificates.startRenewal();
  followPageAddresses(config, certificates, opened);

  const startedAtMs = Date.now();
  let join: JoinPort | undefined;
  let listensAt: string | undefined;
  const web = {
    get origin() {
      return listensAt && (config.group('web', webSettings).publicOrigin || listensAt);
    },
    get join() {
      return join?.address;
    },
    get authority() {
      return certificates.current.caFingerprintSha256;
    },
  };
  let federation: Federation | undefined;
  let domainKeeper: DomainKeeper | undefined;
  const trust = new Trust({ domain, dataDir, certificates, joinPage: () => join?.address, log });
  const pairing = new Pairing({ config, domain, database, certificates, clock: systemClock, opened });
  const { pairs } = pairing;
  const core = createCore({
    domain,
    version: VERSION,
    config,
    reader: database.reader,
    writer: database.writer,
    accounts,
    clock: systemClock,
    randomBytes,
    web,
    localNetworks: () => localNetworks(config.group('listen', listenSettings).address),
    dataDir,
    federation: () => federation,
    peers: () => (federation === undefined ? [] : peersOf(federation)),
    keeper: {
      stop: () => void stop(),
      restart: () => void stop(RESTART),
      windowAddress: () => webDoor?.newAddress(),
      trust,
      pairs,
      get domain() {
        return domainKeeper;
      },
    },
    log,
  });
  opened.add(() => core.stop(GOODBYE_MS));
  const addresses = () => reachableAddresses(config.group('listen', listenSettings).address);
  const federating = createFederating({
    config,
    domain,
    core,
    accounts,
    database,
    certificates,
    addresses,
    clock: systemClock,
    log: log.child('federation'),
    pairs,
  });
  federation = federating.federation;
  // After people have gone, of which others must hear, and before what they wrote is put away.
  opened.add(() => federating.federation.close());
  const webStreams = openWebStreams({
    domain,
    config,
    streams: core.streams,
    clock: systemClock,
    randomBytes,
    origin: () => web.origin,
    directTlsPort: () => ports.c2sTls,
    addresses,
    certificatePem: () => certificates.current.certificatePem,
  });
  const ports = await openClientPorts({
    config,
    streams: core.streams,
    tls: () => tls,
    onTls: (listener) => tlsListeners.push(listener),
    routes: [...core.host.running.flatMap(({ hooks }) => hooks.http ?? []), ...webStreams.routes],
    upgrades: webStreams.upgrades,
    log: log.child('listeners'),
    opened,
  });
  // Before the ports are shut: whoever came by HTTPS hears of the end on connections that end with them.
  opened.add(() => core.streams.closeAll(GOODBYE_MS));
  opened.add(() => webStreams.close());
  if (ports.web !== null) listensAt = new URL(`https://${domain}:${ports.web}`).origin;

  const joinPages = core.host.find(JOIN_PAGES);
  join = joinPages && (await openJoinPort({ config, pages: joinPages, certificates, addresses, ports, log }));
  opened.add(() => join?.close());

  const components = core.host.find(COMPONENTS);
  const componentPort =
    components && new ComponentPort({ config, components, tls: () => tls, log: log.child('listeners') });
  opened.add(() => componentPort?.close());
  if (componentPort !== undefined) await components?.attachDoor(componentPort);

  const openPorts = { ...ports, join: join?.port ?? null, proxy: (await core.host.find(PROXY)?.port) ?? null };
  const domainSetup = openDomainSetup({
    domain,
    config,
    certificates,
    acme,
    ports,
    routerSecret: data.routerSecret,
    clock: systemClock,
    log: log.child('domain'),
  });
  domainKeeper = domainSetup;
  opened.add(() => domainSetup.close());
  let announcer: Announcer | undefined;
  const serverPorts = () => federating.federation.status.ports;
  const announced = {
    config,
    domain,
    ports,
    ...(join && { joinPort: join.port }),
    serverPorts,
    certificates,
    pairing: pairing.announced,
  };
  const network = new Network({
    ...announced,
    announcer: () => announcer,
    addresses,
    openPorts: describePorts(config, openPorts, {
      servers: serverPorts,
      components: () => componentPort?.port ?? null,
      window: () => webDoor?.port ?? null,
    }),
    joinPage: () => join?.address,
  });
  const deeds = createDeeds({
    domain,
    version: VERSION,
    startedAtMs,
    core,
    accounts,
    config,
    lines,
    ports: openPorts,
    joinPage: () => join?.address,
    componentPort: () => componentPort?.port ?? null,
    addresses,
    certificate: () => certificates.current,
    network,
    trust,
    domainSetup: domainSetup.deeds,
    federation: federating.deeds,
    federationState: federating.state,
    pairs: pairDeeds({ domain, pairing, announcer: () => announcer, federation: federating.federation }),
    storageBytes: () => database.sizeBytes(),
    problems: () => [
      ...federating.problems(),
      ...pairProblems(pairs.servers),
      ...domainSetup.problems(),
      ...(announcer?.problems ?? []),
      ...waitingProblems(accounts.statuses.countPending()),
      ...core.host.running.flatMap(({ hooks }) => hooks.problems?.() ?? []),
    ],
    stopping: stopping.promise,
    clock: systemClock,
    randomBytes,
  });
  const controlLog = log.child('control');
  const handlers = createHandlers(deeds, controlLog);
  const socket = await openControl(dataDir, handlers, log);
  opened.add(() => socket.close());
  const portDoor = new PortDoor(handlers, controlLog);
  opened.add(() => portDoor.close());
  const webDoor = options.window === 'browser' ? await openWindowDoor(config, handlers, controlLog) : undefined;
  opened.add(() => webDoor?.close());
  announcer = announce({
    ...announced,
    onServerPorts: (listener) => federating.federation.onPorts(listener),
    onPairing: (listener) => pairing.onAnnounced(listener),
    hear: pairing.hear,
    onChange: () => pairing.announcementChanged(),
    log: log.child('lan'),
    opened,
  });
  pairing.attach(announcer);
  await federating.federation.open();
  // Last, so that the password cannot be lost to a start that fails halfway.
  const firstAdmin = await createFirstAdmin(data);
  log.info({ domain, ports: openPorts, version: VERSION }, 'server started');
  const joinPage = join?.address;
  const setFromTray = (key: string, value: boolean): Promise<void> =>
    deeds
      .perform(thisComputer('window'), 'settings.set', { key, value })
      .catch((error: unknown) =>
        log.warn({ key, reason: String(error) }, 'setting could not be changed from the tray'),
      );
  return {
    domain,
    ports: openPorts,
    ...(joinPage === undefined ? {} : { joinPage }),
    addresses: addresses(),
    fingerprint: certificates.current.fingerprintSha256,
    ...(firstAdmin === undefined ? {} : { firstAdmin }),
    ...(webDoor === undefined ? {} : { window: webDoor.newAddress() }),
    connect: (port) => portDoor.serve(port, thisComputer('window')),
    followStatus: (listener) => void follow(deeds, listener, stopped.promise),
    setFederation: (isEnabled) => setFromTray('federation.enabled', isEnabled),
    setVisible: (isVisible) => setFromTray('lan.mdns', isVisible),
    suspend: () => void announcer?.suspend(),
    networkChanged() {
      announcer?.networkChanged();
      domainSetup.networkChanged();
    },
    stop,
    get failure() {
      return failure;
    },
    stopping: stopping.promise,
    stopped: stopped.promise,
  };
}

async function follow(deeds: Deeds, listener: (status: Status) => void, stopped: Promise<void>): Promise<void> {
  const end = new AbortController();
  void stopped.then(() => end.abort());
  const snapshots = followSnapshots({
    read: () => deeds.status(),
    onChange: (changed) => deeds.onChange(changed),
    refreshMs: STATUS_REFRESH_MS,
    clock: systemClock,
    signal: end.signal,
  });
  for await (const status of snapshots) listener(status);
}

function openLog(options: ServerOptions, config: Config, lines: RecentLines, opened: Opened): RootLogger {
  const file = new LogFile(join(options.dataDir, 'logs', 'snug.log'));
  opened.add(() => file.close());
  const places: DestinationStream[] = [file, lines];
  // A program gets every line; people only what somebody should look at (the rest is in the file).
  if (options.logToConsole === 'json') places.push(createConsoleLines('json', (text) => process.stdout.write(text)));
  if (options.logToConsole === 'text')
    places.push(onlyTroubles(createConsoleLines('text', (text) => process.stderr.write(text))));
  const level = config.group('log', logSettings);
  const log = createLogger(level.level, tee(...places));
  config.onChange((key) => {
    if (key === 'log.level') log.setLevel(level.level);
  });
  return log;
}

/** An installation without accounts gets one administrator, whose password is told once and stored nowhere in clear. */
async function createFirstAdmin({ accounts, domain }: DataDirectory): Promise<RunningServer['firstAdmin']> {
  if (accounts.list().length > 0) return undefined;
  const password = generatePassword(randomBytes);
  await accounts.create({ localpart: FIRST_ACCOUNT, password, role: 'admin' });
  return { jid: `${FIRST_ACCOUNT}@${domain}`, password };
}

async function openControl(dataDir: string, router: ReturnType<typeof createHandlers>, log: RootLogger) {
  try {
    return await openControlSocket(dataDir, router, log.child('control'));
  } catch (error) {
    if (error instanceof ControlSocketError) throw new StartError('control-socket', error.message, error);
    throw error;
  }
}

/** The server on a computer: builds every room and joins them; nobody else does. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DestinationStream } from 'pino';
import { generatePassword } from './accounts/passwords.ts';
import { reachableAddresses } from './addresses.ts';
import { CertificateError } from './certificates/certificate-error.ts';
import { Certificates } from './certificates/certificates.ts';
import { DATABASE_FAILURE } from './cli/server-entry.ts';
import { systemClock } from './clock/clock.ts';
import { Config } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { c2sSettings, certificateSettings, lanSettings, listenSettings, logSettings } from './config/settings.ts';
import type { AccountDeeds } from './control/deeds.ts';
import { createHandlers } from './control/handlers.ts';
import { ControlSocketError, openControlSocket } from './control/socket.ts';
import { type Core, createCore, findDisabledModulesFault, settingsGroups } from './core.ts';
import { type DataDirectory, lockDataDirectory, openDataDirectory } from './data-directory.ts';
import { createAccountDeeds, createDeeds } from './deeds.ts';
import { Announcer } from './lan/announcer.ts';
import { listenTcp, type TcpListener } from './listeners/tcp.ts';
import { createServerTls } from './listeners/tls.ts';
import { createConsoleLines, onlyTroubles, tee } from './log/console-lines.ts';
import { createLogger, type RootLogger } from './log/log.ts';
import { LogFile } from './log/log-file.ts';
import { RecentLines } from './log/recent-lines.ts';
import { findPortOwner } from './port-owner.ts';
import { StartError } from './start-error.ts';

export { StartError };

const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
/** How long clients may take over their goodbyes; the rest of the stop takes well under the 5 s that are promised. */
const GOODBYE_MS = 2_000;
const FIRST_ACCOUNT = 'admin';

export interface ServerOptions {
  readonly dataDir: string;
  /** For a fresh data directory. */
  readonly domain?: string;
  /** `KEY=VALUE` texts for this run. */
  readonly overrides: readonly string[];
  readonly logToConsole?: 'json' | 'text' | 'none';
}

export interface RunningServer {
  readonly domain: string;
  readonly ports: { readonly c2s: number | null; readonly c2sTls: number | null };
  readonly addresses: readonly string[];
  /** SHA-256 of the certificate that clients are shown. */
  readonly fingerprint: string;
  /** Only at the very first start: the account that was made, with a password that is stored nowhere in clear. */
  readonly firstAdmin?: { readonly jid: string; readonly password: string };
  stop(reason?: string): Promise<void>;
  /** Resolves with the reason when the server begins to stop, whoever asked for it. */
  readonly stopping: Promise<string>;
  /** Settles when the server has stopped, for whatever reason. */
  readonly stopped: Promise<void>;
}

/** What has been opened so far, in order; closed in the opposite one. */
class Opened {
  readonly #close: (() => void | Promise<void>)[] = [];

  add(close: () => void | Promise<void>): void {
    this.#close.push(close);
  }

  async closeAll(log: RootLogger): Promise<void> {
    for (const close of this.#close.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        log.error({ err: error }, 'a part of the server did not close');
      }
    }
  }
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
    checkDisabledModules(config);
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
      void stop(DATABASE_FAILURE);
    },
  });
  opened.add(() => data.close());
  const { domain, database, accounts } = data;
  const certificates = await openCertificates(dataDir, domain, config, log);
  opened.add(() => certificates.close());
  let tls = createServerTls(certificates.current);
  certificates.onChange((identity) => {
    tls = createServerTls(identity);
  });
  certificates.startRenewal();

  const startedAtMs = Date.now();
  const core = createCore({
    domain,
    version: VERSION,
    config,
    reader: database.reader,
    writer: database.writer,
    accounts,
    clock: systemClock,
    randomBytes,
    log,
  });
  opened.add(() => core.stop(GOODBYE_MS));
  const listeners = await listenForClients(config, core, () => tls, log, opened);
  const ports = { c2s: listeners.c2s?.port ?? null, c2sTls: listeners.c2sTls?.port ?? null };
  const addresses = () => reachableAddresses(config.group('listen', listenSettings).address);

  const deeds = createDeeds({
    domain,
    version: VERSION,
    startedAtMs,
    core,
    accounts,
    config,
    lines,
    ports,
    addresses,
    certificate: () => certificates.current,
    storageBytes: () => database.sizeBytes(),
    stop: () => void stop(),
  });
  const socket = await openControl(dataDir, createHandlers(deeds, log.child('control')), log);
  opened.add(() => socket.close());
  announce(config, domain, ports, log, opened);
  // Last, so that the password cannot be lost to a start that fails halfway.
  const firstAdmin = await createFirstAdmin(data);
  log.info({ domain, ports, version: VERSION }, 'server started');
  return {
    domain,
    ports,
    addresses: addresses(),
    fingerprint: certificates.current.fingerprintSha256,
    ...(firstAdmin === undefined ? {} : { firstAdmin }),
    stop,
    stopping: stopping.promise,
    stopped: stopped.promise,
  };
}

function loadConfig(dataDir: string, overrides: readonly string[]): Config {
  try {
    return Config.load({ path: join(dataDir, 'settings.json'), groups: settingsGroups(), overrides });
  } catch (error) {
    if (error instanceof ConfigError) throw new StartError('config', error.message, error);
    throw error;
  }
}

function checkDisabledModules(config: Config): void {
  const fault = findDisabledModulesFault(config);
  if (fault !== undefined) throw new StartError('config', `modules.disabled: ${fault}`);
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

async function openCertificates(
  dataDir: string,
  domain: string,
  config: Config,
  log: RootLogger,
): Promise<Certificates> {
  const { file, key } = config.group('certificate', certificateSettings);
  if ((file === '') !== (key === '')) {
    throw new StartError('config', 'certificate.file and certificate.key belong together: give both, or neither.');
  }
  try {
    return await Certificates.open({
      dataDir,
      domain,
      ...(file === '' && key === '' ? {} : { files: { certificatePath: file, keyPath: key } }),
      now: Date.now,
      log: log.child('certificates'),
    });
  } catch (error) {
    if (error instanceof CertificateError) throw new StartError('certificate', error.message, error);
    throw error;
  }
}

interface Listeners {
  readonly c2s: TcpListener | undefined;
  readonly c2sTls: TcpListener | undefined;
}

async function listenForClients(
  config: Config,
  core: Core,
  tls: () => ReturnType<typeof createServerTls>,
  log: RootLogger,
  opened: Opened,
): Promise<Listeners> {
  const { address } = config.group('listen', listenSettings);
  const { port, directTlsPort } = config.group('c2s', c2sSettings);
  const listen = async (wanted: number | 'off', isDirectTls: boolean): Promise<TcpListener | undefined> => {
    if (wanted === 'off') return undefined;
    try {
      const listener = await listenTcp({
        address,
        port: wanted,
        isDirectTls,
        tls,
        streams: core.streams,
        log: log.child('listeners'),
      });
      opened.add(() => listener.close());
      return listener;
    } catch (error) {
      throw portError(error, address, wanted, isDirectTls ? 'c2s.directTlsPort' : 'c2s.port');
    }
  };
  return { c2s: await listen(port, false), c2sTls: await listen(directTlsPort, true) };
}

function portError(error: unknown, address: string, port: number, key: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE': {
      const owner = findPortOwner(port);
      const holder = owner === undefined ? 'another program' : `the program ${owner.program} (process ${owner.pid})`;
      return new StartError(
        'port-in-use',
        `Port ${port} is in use by ${holder}. Stop it, or choose another port with ${key}.`,
        error,
      );
    }
    case 'EACCES':
      return new StartError(
        'port-denied',
        `This user may not listen on port ${port}. Choose one above 1023 with ${key}.`,
        error,
      );
    case 'EADDRNOTAVAIL':
      return new StartError(
        'config',
        `This computer does not have the address ${address} that listen.address names.`,
        error,
      );
    default:
      return error;
  }
}

async function openControl(dataDir: string, router: ReturnType<typeof createHandlers>, log: RootLogger) {
  try {
    return await openControlSocket(dataDir, router, log.child('control'));
  } catch (error) {
    if (error instanceof ControlSocketError) throw new StartError('control-socket', error.message, error);
    throw error;
  }
}

/** Shows the server on the network while `lan.mdns` is on, also when that changes. */
function announce(
  config: Config,
  domain: string,
  ports: RunningServer['ports'],
  log: RootLogger,
  opened: Opened,
): void {
  const { address } = config.group('listen', listenSettings);
  const settings = config.group('lan', lanSettings);
  const announcer = new Announcer({ log: log.child('lan') });
  const follow = (): void => {
    if (!settings.mdns) {
      void announcer.stop();
      return;
    }
    announcer.start({
      domain,
      name: domain.split('.')[0] ?? domain,
      listening: [address],
      ...(ports.c2s === null ? {} : { c2sPort: ports.c2s }),
      ...(ports.c2sTls === null ? {} : { c2sTlsPort: ports.c2sTls }),
    });
  };
  config.onChange((key) => {
    if (key === 'lan.mdns') follow();
  });
  opened.add(() => announcer.stop());
  follow();
}

/** The accounts of a data directory on which no server runs. */
export interface OfflineAccounts {
  readonly accounts: AccountDeeds;
  readonly domain: string;
  close(): Promise<void>;
}

/** Opens the accounts of a data directory while no server runs on it. @throws StartError */
export async function openOffline(dataDir: string): Promise<OfflineAccounts> {
  const config = loadConfig(dataDir, []);
  const lock = lockDataDirectory(dataDir);
  const silent = createLogger('silent', { write: () => undefined });
  try {
    const data = await openDataDirectory({ dataDir, domain: undefined, config, log: silent, onFatal: () => undefined });
    return {
      accounts: createAccountDeeds(data.accounts, data.domain),
      domain: data.domain,
      close: async () => {
        await data.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

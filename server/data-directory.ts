/** A data directory taken in hand: locked, its database open, its domain and accounts known. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Accounts } from './accounts/accounts.ts';
import { ACCOUNT_MIGRATIONS, insertInstallationValue, readInstallationValue } from './accounts/store.ts';
import { Config } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { accountsSettings } from './config/settings.ts';
import { findDisabledModulesFault, moduleMigrations, settingsGroups } from './core.ts';
import { PAIRING_MIGRATIONS } from './federation/pairing/store.ts';
import { FEDERATION_MIGRATIONS } from './federation/store.ts';
import { prepareDomainpart } from './jid/domainpart.ts';
import { hostNames, isComputersName, otherLocalDomain } from './lan/names.ts';
import { findDomainFault } from './lan/problems.ts';
import type { Logger } from './log/log.ts';
import { StartError } from './start-error.ts';
import { Database } from './store/database.ts';
import { acquireLock, type Lock, LockError } from './store/lock.ts';
import { StoreError } from './store/store-error.ts';

/** Two labels, because resolvers refuse deeper `.local` names. */
const DEFAULT_DOMAIN = 'snug.local';
const DOMAIN_KEY = 'domain';
const ROUTER_SECRET_KEY = 'router-secret';
const ROUTER_SECRET_BYTES = 32;

export interface DataDirectory {
  readonly domain: string;
  readonly database: Database;
  readonly accounts: Accounts;
  /** By which routers recognize who had asked them for ports before a crash. */
  readonly routerSecret: Buffer;
  close(): Promise<void>;
}

/** The settings of the directory, all of them checked. @throws StartError */
export function loadConfig(dataDir: string, overrides: readonly string[]): Config {
  try {
    const config = Config.load({ path: join(dataDir, 'settings.json'), groups: settingsGroups(), overrides });
    const fault = findDisabledModulesFault(config);
    if (fault === undefined) return config;
    throw new StartError('config', `modules.disabled: ${fault}`);
  } catch (error) {
    if (error instanceof ConfigError) throw new StartError('config', error.message, error);
    throw error;
  }
}

/** Takes the directory, or says who has it. */
export function lockDataDirectory(dataDir: string): Lock {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return acquireLock(dataDir);
  } catch (error) {
    if (error instanceof LockError) throw new StartError('locked', error.message, error);
    if (error instanceof Error && 'syscall' in error) {
      throw new StartError('store', `The data directory ${dataDir} cannot be used (${error.message}).`, error);
    }
    throw error;
  }
}

export interface OpenOptions {
  readonly dataDir: string;
  /** For a fresh directory; an old one must be of this domain already. */
  readonly domain: string | undefined;
  readonly config: Config;
  readonly log: Logger;
  readonly onFatal: (error: StoreError) => void;
}

/** Opens a directory that the caller has locked. @throws StartError */
export async function openDataDirectory(options: OpenOptions): Promise<DataDirectory> {
  const { dataDir, config, log } = options;
  const wanted = options.domain === undefined ? undefined : readDomain(options.domain);
  const database = await openDatabase(options);
  try {
    const domain = await settleDomain(database, wanted, dataDir);
    const accountSettings = config.group('accounts', accountsSettings);
    const accounts = await Accounts.load({
      reader: database.reader,
      writer: database.writer,
      domain,
      log: log.child('accounts'),
      now: Date.now,
      randomBytes,
      // Asked at each new password, so that the settings take effect at once.
      get iterations() {
        return accountSettings.scramIterations;
      },
      get minPasswordLength() {
        return accountSettings.minPasswordLength;
      },
      get deletionGraceDays() {
        return accountSettings.deletionGraceDays;
      },
    });
    const routerSecret = await settleRouterSecret(database);
    return { domain, database, accounts, routerSecret, close: () => database.close() };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openDatabase({ dataDir, log, onFatal }: OpenOptions): Promise<Database> {
  try {
    return await Database.open({
      path: join(dataDir, 'snug.db'),
      migrations: [...ACCOUNT_MIGRATIONS, ...FEDERATION_MIGRATIONS, ...PAIRING_MIGRATIONS, ...moduleMigrations()],
      log: log.child('store'),
      onFatal,
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const code = error.code === 'damaged' || error.code === 'schema-too-new' ? error.code : 'store';
    throw new StartError(code, error.message, error);
  }
}

/** JIDs live in rosters and archives of others too: a directory keeps the domain that it began with. */
async function settleDomain(database: Database, wanted: string | undefined, dataDir: string): Promise<string> {
  const stored = readInstallationValue(database.reader, DOMAIN_KEY);
  const known = stored === undefined ? undefined : Buffer.from(stored).toString();
  if (known !== undefined) {
    if (wanted === undefined || wanted === known) return known;
    throw new StartError(
      'domain-mismatch',
      `The data in ${dataDir} belongs to the domain ${known}, not to ${wanted}. Use another --data directory for another domain.`,
    );
  }
  const domain = wanted ?? defaultDomain();
  const fault = findDomainFault(domain, hostname());
  if (fault !== undefined) throw new StartError('domain-invalid', fault);
  await database.writer.write([insertInstallationValue(DOMAIN_KEY, Buffer.from(domain))]);
  return domain;
}

async function settleRouterSecret(database: Database): Promise<Buffer> {
  const stored = readInstallationValue(database.reader, ROUTER_SECRET_KEY);
  if (stored !== undefined) return Buffer.from(stored);
  const secret = randomBytes(ROUTER_SECRET_BYTES);
  await database.writer.write([insertInstallationValue(ROUTER_SECRET_KEY, secret)]);
  return secret;
}

/** The computer's own name is its system's to answer for. */
function defaultDomain(): string {
  const isTaken = isComputersName(hostNames(DEFAULT_DOMAIN), hostname());
  return isTaken ? otherLocalDomain(DEFAULT_DOMAIN) : DEFAULT_DOMAIN;
}

function readDomain(text: string): string {
  const domain = prepareDomainpart(text);
  if (domain !== undefined && !domain.startsWith('[')) return domain;
  throw new StartError('domain-invalid', `“${text}” is not a domain name, such as miller.local or chat.example.org.`);
}

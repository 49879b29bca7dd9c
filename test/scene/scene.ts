/**
 * A scene: the real server in memory with a clock that the test turns, and clients that follow a script. The same
 * scenes can be pointed at another server (see target.ts); those that need the inside skip themselves there.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Accounts } from '../../server/accounts/accounts.ts';
import { ACCOUNT_MIGRATIONS } from '../../server/accounts/store.ts';
import { Config } from '../../server/config/config.ts';
import { accountsSettings } from '../../server/config/settings.ts';
import { type Core, createCore, moduleMigrations, settingsGroups } from '../../server/core.ts';
import { FEDERATION_MIGRATIONS } from '../../server/federation/store.ts';
import { createWeb } from '../../server/listeners/web.ts';
import type { Logger } from '../../server/log/log.ts';
import type { PeerServer } from '../../server/modulehost/peers.ts';
import { Database } from '../../server/store/database.ts';
import { FakeClock } from './fake-clock.ts';
import { SceneClient } from './scene-client.ts';
import { ServerLife } from './server-life.ts';
import { type Door, registerOnTarget, removeFromTarget, skipOnTarget, target } from './target.ts';
import { TargetWire } from './target-wire.ts';
import { MemoryWire } from './wire.ts';

export { target } from './target.ts';

export interface SceneOptions {
  /** Of the accounts; `localhost` unless a scene needs another one. */
  readonly domain?: string;
  /** Localparts on that domain; passwords are `passwordOf` them. */
  readonly accounts?: readonly string[];
  /** Of `accounts`, those with the role admin. */
  readonly admins?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** With whom the server has streams. */
  readonly peers?: () => readonly PeerServer[];
}

export const DOMAIN = 'localhost';

/** The password of an account of a scene. */
export function passwordOf(localpart: string): string {
  return `${localpart}-secret`;
}

/** What the server logs as an error is a failure of the scene, unless it says that it expects some. */
function createSceneLog(errors: string[]): Logger {
  const log: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (fields, message) =>
      errors.push(`${message} ${String((fields as { err?: Error }).err?.stack ?? JSON.stringify(fields))}`),
    child: () => log,
  };
  return log;
}

interface Inside {
  readonly clock: FakeClock;
  readonly database: Database;
  readonly log: Logger;
  config: Config;
}

export class Scene {
  readonly #options: SceneOptions;
  readonly #clients: SceneClient[] = [];
  /** What the server logged as errors: a scene fails at its end when there are any. */
  readonly errors: string[] = [];
  /** Undefined on another server. */
  readonly #inside: Inside | undefined;
  /** The data directory: for what is too large for the database. */
  readonly folder = mkdtempSync(join(tmpdir(), 'snug-scene-'));
  #server: Core | undefined;
  #accounts: Accounts | undefined;
  #life: ServerLife | undefined;

  constructor(options: SceneOptions) {
    this.#options = options;
    if (target === undefined) this.#inside = this.#createInside();
    else if (options.settings !== undefined) skipOnTarget('settings of its own');
    else if (options.admins !== undefined) skipOnTarget('an admin');
    else if (options.domain !== undefined) skipOnTarget('a domain of its own');
  }

  get domain(): string {
    return this.#options.domain ?? DOMAIN;
  }

  get clock(): FakeClock {
    return (this.#inside ?? skipOnTarget('a clock that it can turn')).clock;
  }

  get config(): Config {
    return (this.#inside ?? skipOnTarget('the settings')).config;
  }

  get database(): Database {
    return (this.#inside ?? skipOnTarget('the database')).database;
  }

  /** The inside of the server. */
  get server(): Core {
    if (this.#inside === undefined) skipOnTarget('the inside of the server');
    if (this.#server === undefined) throw new Error('the server of this scene is not running');
    return this.#server;
  }

  get accounts(): Accounts {
    if (this.#inside === undefined) skipOnTarget('the accounts');
    if (this.#accounts === undefined) throw new Error('the server of this scene is not running');
    return this.#accounts;
  }

  async start(): Promise<void> {
    if (target !== undefined) {
      for (const localpart of this.#options.accounts ?? []) {
        await registerOnTarget(this.#door, localpart, passwordOf(localpart));
      }
      return;
    }
    const { log } = this.#inside ?? skipOnTarget('the inside of the server');
    const { clock, writer } = this.#beginLife();
    const deletion = this.config.group('accounts', accountsSettings);
    this.#accounts = await Accounts.load({
      get deletionGraceDays() {
        return deletion.deletionGraceDays;
      },
      reader: this.database.reader,
      writer,
      domain: this.domain,
      now: () => clock.now(),
      randomBytes,
      log: log,
      iterations: 4096,
      minPasswordLength: 1,
    });
    for (const localpart of this.#options.accounts ?? []) {
      if (this.#accounts.has(localpart)) continue;
      const role = this.#options.admins?.includes(localpart) ? 'admin' : 'member';
      await this.#accounts.create({ localpart, password: passwordOf(localpart), role });
    }
    this.#server = createCore({
      web: { origin: `https://${this.domain}:5281` },
      ...(this.#options.peers && { peers: this.#options.peers }),
      dataDir: this.folder,
      domain: this.domain,
      version: '0.0.0',
      config: this.config,
      reader: this.database.reader,
      writer,
      accounts: this.#accounts,
      clock,
      randomBytes,
      log: log,
    });
  }

  /** A connection on which nothing has been said. */
  connect(
    options: { readonly isSecure?: boolean; readonly name?: string; readonly remoteAddress?: string } = {},
  ): SceneClient {
    const isSecure = options.isSecure ?? true;
    const { name = 'stranger', remoteAddress } = options;
    if (target !== undefined) {
      if (remoteAddress !== undefined) skipOnTarget('an address of its own');
      return this.#connectTarget(name, target, isSecure);
    }
    const wire = new MemoryWire({ isSecure, ...(remoteAddress === undefined ? {} : { remoteAddress }) });
    const client = new SceneClient(name, this.domain, wire.client);
    this.server.streams.open(wire.server);
    this.#clients.push(client);
    return client;
  }

  /** What modules answer over HTTPS, to be asked with `inject`. */
  web(): Promise<FastifyInstance> {
    const { log } = this.#inside ?? skipOnTarget('the inside of the server');
    return createWeb({ routes: this.server.host.running.flatMap(({ hooks }) => hooks.http ?? []), log });
  }

  /** A client that has signed in and bound a resource, and has said nothing further. */
  async login(name: string, resource?: string): Promise<SceneClient> {
    const client = await this.authenticated(name);
    await client.binds(resource);
    return client;
  }

  /** A client that has signed in and not bound a resource. */
  async authenticated(name: string): Promise<SceneClient> {
    const client = this.connect({ name });
    await client.authenticates(passwordOf(name));
    return client;
  }

  /** Stops the server gracefully and starts it again on the same database. */
  async restart(): Promise<void> {
    await this.stopServer();
    await this.start();
  }

  /** The server dies without a word, as by `kill -9`, and is started again: nothing that it still tries reaches the disk. */
  async crash(): Promise<void> {
    if (this.#inside === undefined) skipOnTarget('a server that it can end');
    this.#life?.end();
    for (const client of this.#clients) client.drops();
    this.#server = undefined;
    await this.start();
  }

  #beginLife(): ServerLife {
    this.#life = new ServerLife(this.clock, this.database.writer);
    return this.#life;
  }

  async stopServer(): Promise<void> {
    const stopping = this.server.stop(0);
    this.clock.advance(1);
    await stopping;
    this.#server = undefined;
  }

  async close(): Promise<void> {
    if (this.#server !== undefined) await this.stopServer();
    for (const client of this.#clients) client.drops();
    await this.#inside?.database.close();
    rmSync(this.folder, { recursive: true, force: true });
    if (target !== undefined) await this.#removeAccounts();
    if (this.errors.length > 0) throw new Error(`the server logged errors:\n${this.errors.join('\n')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #createInside(): Inside {
    const clock = new FakeClock();
    const log = createSceneLog(this.errors);
    const database = Database.inMemory({
      migrations: [...ACCOUNT_MIGRATIONS, ...FEDERATION_MIGRATIONS, ...moduleMigrations()],
      log,
      now: () => clock.now(),
    });
    // Nothing leaves the memory, and people are strangers, unless a scene asks for it.
    const strangers = { 'groups.everyone': false, 'groups.everyoneRoom': false };
    const settings = { 'proxy.port': 'off', ...strangers, ...this.#options.settings };
    const overrides = Object.entries(settings).map(([key, value]) => `${key}=${String(value)}`);
    const config = Config.load({ path: join(this.folder, 'settings.json'), groups: settingsGroups(), overrides });
    return { clock, database, log, config };
  }

  readonly #door: Door = {
    connect: (name) => this.connect({ name }),
    authenticated: (name) => this.authenticated(name),
  };

  async #removeAccounts(): Promise<void> {
    // A scene may have removed an account or changed its password; what is left is removed before the next one.
    for (const localpart of this.#options.accounts ?? []) {
      await removeFromTarget(this.#door, localpart).catch(() => undefined);
    }
    for (const client of this.#clients) client.drops();
  }

  #connectTarget(name: string, address: string, isSecure: boolean): SceneClient {
    const client = new SceneClient(name, this.domain, new TargetWire({ address, domain: this.domain, isSecure }));
    client.othersSettle = async () => {
      for (const other of this.#clients) if (other !== client) await other.settles();
    };
    this.#clients.push(client);
    return client;
  }
}

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const scene = new Scene(options);
  await scene.start();
  return scene;
}

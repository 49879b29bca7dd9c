/**
 * A scene: the real server in memory with a clock that the test turns, and clients that follow a script.
 *
 * `SCENE_TARGET=127.0.0.1:5222` points the same scenes at any other server over TLS (its domain is `localhost`, in-band
 * registration is open), so that an expectation can be checked against it; scenes that need the inside skip themselves.
 */
import { randomBytes } from 'node:crypto';
import { Accounts } from '../../server/accounts/accounts.ts';
import { ACCOUNT_MIGRATIONS } from '../../server/accounts/store.ts';
import { Config } from '../../server/config/config.ts';
import { type Core, createCore, moduleMigrations, settingsGroups } from '../../server/core.ts';
import type { Logger } from '../../server/log/log.ts';
import { Database } from '../../server/store/database.ts';
import { FakeClock } from './fake-clock.ts';
import { SceneClient } from './scene-client.ts';
import { connectWire, MemoryWire } from './wire.ts';

export interface SceneOptions {
  /** Localparts on the domain `localhost`; passwords are `passwordOf` them. */
  readonly accounts?: readonly string[];
  /** Of `accounts`, those with the role admin. */
  readonly admins?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
}

export const DOMAIN = 'localhost';

/** The password of an account of a scene. */
export function passwordOf(localpart: string): string {
  return `${localpart}-secret`;
}

/** Set when the scenes are pointed at another server. */
export const target = process.env.SCENE_TARGET;

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

export class Scene {
  readonly clock = new FakeClock();
  readonly #options: SceneOptions;
  readonly #clients: SceneClient[] = [];
  readonly #database: Database;
  readonly #log: Logger;
  /** What the server logged as errors: a scene fails at its end when there are any. */
  readonly errors: string[] = [];
  #server: Core | undefined;
  #accounts: Accounts | undefined;
  config: Config;

  constructor(options: SceneOptions) {
    this.#options = options;
    this.#log = createSceneLog(this.errors);
    this.#database = Database.inMemory({
      migrations: [...ACCOUNT_MIGRATIONS, ...moduleMigrations()],
      log: this.#log,
      now: () => this.clock.now(),
    });
    this.config = this.#loadConfig();
  }

  /** The inside of the server. */
  get server(): Core {
    if (this.#server === undefined) throw new Error('the server of this scene is not running');
    return this.#server;
  }

  get accounts(): Accounts {
    if (this.#accounts === undefined) throw new Error('the server of this scene is not running');
    return this.#accounts;
  }

  get database(): Database {
    return this.#database;
  }

  async start(): Promise<void> {
    if (target !== undefined) return;
    this.#accounts = await Accounts.load({
      reader: this.#database.reader,
      writer: this.#database.writer,
      domain: DOMAIN,
      now: () => this.clock.now(),
      randomBytes,
      log: this.#log,
      iterations: 4096,
      minPasswordLength: 1,
    });
    for (const localpart of this.#options.accounts ?? []) {
      if (this.#accounts.has(localpart)) continue;
      const role = this.#options.admins?.includes(localpart) ? 'admin' : 'member';
      await this.#accounts.create({ localpart, password: passwordOf(localpart), role });
    }
    this.#server = createCore({
      domain: DOMAIN,
      version: '0.0.0',
      config: this.config,
      reader: this.#database.reader,
      writer: this.#database.writer,
      accounts: this.#accounts,
      clock: this.clock,
      randomBytes,
      log: this.#log,
    });
  }

  /** A connection on which nothing has been said. */
  connect(
    options: { readonly isSecure?: boolean; readonly name?: string; readonly remoteAddress?: string } = {},
  ): SceneClient {
    const wire = new MemoryWire({
      isSecure: options.isSecure ?? true,
      ...(options.remoteAddress === undefined ? {} : { remoteAddress: options.remoteAddress }),
    });
    const client = new SceneClient(options.name ?? 'stranger', DOMAIN, wire.client);
    this.server.streams.open(wire.server);
    this.#clients.push(client);
    return client;
  }

  /** A client that has signed in and bound a resource, and has said nothing further. */
  async login(name: string, resource?: string): Promise<SceneClient> {
    const client = await this.authenticated(name);
    await client.binds(resource);
    return client;
  }

  /** A client that has signed in and not bound a resource. */
  async authenticated(name: string): Promise<SceneClient> {
    const client = target === undefined ? this.connect({ name }) : await this.#connectTarget(name, target);
    await client.authenticates(passwordOf(name));
    return client;
  }

  /** Stops the server gracefully and starts it again on the same database. */
  async restart(): Promise<void> {
    await this.stopServer();
    await this.start();
  }

  /** The server ends without a word: nothing is written any more, and no stream is closed. */
  async crash(): Promise<void> {
    for (const client of this.#clients) client.drops();
    this.#server = undefined;
    await this.start();
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
    await this.#database.close();
    if (this.errors.length > 0) throw new Error(`the server logged errors:\n${this.errors.join('\n')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #loadConfig(): Config {
    const overrides = Object.entries(this.#options.settings ?? {}).map(([key, value]) => `${key}=${String(value)}`);
    return Config.load({ path: '/nonexistent/settings.json', groups: settingsGroups(), overrides });
  }

  async #connectTarget(name: string, address: string): Promise<SceneClient> {
    const [host = '127.0.0.1', port = '5222'] = address.split(':');
    const client = new SceneClient(name, DOMAIN, await connectWire(host, Number(port), DOMAIN));
    this.#clients.push(client);
    return client;
  }
}

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const scene = new Scene(options);
  await scene.start();
  return scene;
}

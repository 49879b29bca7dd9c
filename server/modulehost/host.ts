/** Starts modules, hands out what they get, and takes their hooks back when they stop. */
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { SettingsGroup, Values } from '../config/setting.ts';
import type { Logger } from '../log/log.ts';
import type { AbsentHandler, RequestDelegate, ServerMessageHandler } from '../router/accounts-route.ts';
import type { BindFeature } from '../router/bind-features.ts';
import type { IqTable } from '../router/iq-table.ts';
import { addStages } from '../router/stages.ts';
import type { StreamFeature } from '../stream/feature.ts';
import type { InlineFeature } from '../stream/features/sasl2-inline.ts';
import type { Command } from './commands.ts';
import type { Hooks, Host, Module } from './module.ts';
import type { ServiceToken } from './services.ts';

/** What the host shares with every module as it is. */
type Shared = Omit<Host, 'config' | 'log' | 'commands' | 'use' | 'folder'>;

export interface ModuleHostOptions {
  readonly shared: Shared;
  /** Where modules have their directories. */
  readonly dataDir: string;
  readonly config: Config;
  readonly log: Logger;
  readonly requests: IqTable;
  readonly absent: AbsentHandler[];
  readonly toServer?: ServerMessageHandler[];
  readonly delegates?: RequestDelegate[];
  readonly streamFeatures: StreamFeature[];
  readonly inline: InlineFeature[];
  readonly bindFeatures: BindFeature[];
}

interface Running {
  readonly module: Module;
  readonly hooks: Hooks;
  readonly takeBack: readonly (() => void)[];
}

/** A mistyped name must not pass for a hook that is never called: TypeScript lets it through in a function's result. */
const HOOKS: Readonly<Record<keyof Hooks, true>> = {
  iq: true,
  message: true,
  presence: true,
  passingIq: true,
  absent: true,
  toServer: true,
  delegate: true,
  session: true,
  account: true,
  streamFeatures: true,
  sasl2: true,
  bind2: true,
  commands: true,
  http: true,
  serverForms: true,
  routes: true,
  provides: true,
  settingChanged: true,
  problems: true,
  stop: true,
};

const NO_SETTINGS: SettingsGroup = {};

export class ModuleHost {
  readonly #options: ModuleHostOptions;
  readonly #running = new Map<string, Running>();
  readonly #services = new Map<string, unknown>();
  readonly #commands = new Map<string, Command>();

  constructor(options: ModuleHostOptions) {
    this.#options = options;
  }

  /** The running modules with their hooks, in the order in which they were started. */
  get running(): readonly { readonly module: Module; readonly hooks: Hooks }[] {
    return [...this.#running.values()];
  }

  /** What a module provides, for whoever joins the rooms; undefined while no running module does. */
  find<T>(token: ServiceToken<T>): T | undefined {
    return this.#services.get(token.name) as T | undefined;
  }

  /** Starts a module. Throws when it needs a service that nobody provides, or claims what another one has. */
  start(module: Module): void {
    if (this.#running.has(module.name)) throw new Error(`module ${module.name} is running already`);
    for (const token of module.needs ?? []) {
      if (!this.#services.has(token.name))
        throw new Error(`module ${module.name} needs the service ${token.name}, which no module before it provides`);
    }
    const hooks = module.start(this.#hostOf(module));
    const takeBack: (() => void)[] = [];
    try {
      this.#add(module, hooks, takeBack);
    } catch (error) {
      for (const undo of takeBack) undo();
      throw new Error(`module ${module.name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    this.#running.set(module.name, { module, hooks, takeBack });
  }

  /** Stops a module and takes back all that it hooked. */
  async stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) return;
    this.#running.delete(name);
    for (const undo of running.takeBack) undo();
    await running.hooks.stop?.();
    await running.module.stop?.();
  }

  /** Stops all modules, the last one first. */
  async stopAll(): Promise<void> {
    for (const name of [...this.#running.keys()].reverse()) await this.stop(name);
  }

  #hostOf(module: Module): Host {
    const { shared, config, log, dataDir } = this.#options;
    const services = this.#services;
    const values: Values<SettingsGroup> =
      module.config === undefined ? (NO_SETTINGS as Values<SettingsGroup>) : config.group(module.name, module.config);
    return {
      ...shared,
      config: values,
      log: log.child(module.name),
      folder: join(dataDir, module.name),
      commands: this.#commands,
      use<T>(token: ServiceToken<T>): T {
        if (!module.needs?.some((needed) => needed.name === token.name))
          throw new Error(`${token.name} is not among the needs of ${module.name}`);
        return services.get(token.name) as T;
      },
    };
  }

  #add(module: Module, hooks: Hooks, takeBack: (() => void)[]): void {
    const { shared, requests, absent, streamFeatures, inline, bindFeatures } = this.#options;
    const { router, disco, accounts, lifecycle } = shared;
    for (const name of Object.keys(hooks))
      if (!Object.hasOwn(HOOKS, name)) throw new Error(`there is no hook called ${name}`);
    const routes = hooks.routes ?? [];
    const { serverForms: forms } = hooks;
    const items = routes.map(({ domain, name }) => ({ jid: domain, name }));
    takeBack.push(disco.add({ ...partOf(module), ...(forms && { forms }), items }));
    if (forms !== undefined)
      takeBack.push(this.#options.config.onChange((key) => key.startsWith(`${module.name}.`) && disco.changed()));
    const { settingChanged } = hooks;
    if (settingChanged !== undefined) {
      const prefix = `${module.name}.`;
      const heard = (key: string) => void (key.startsWith(prefix) && settingChanged(key.slice(prefix.length)));
      takeBack.push(this.#options.config.onChange(heard));
    }
    for (const route of hooks.iq ?? []) takeBack.push(requests.add(route));
    for (const kind of ['message', 'presence'] as const) {
      takeBack.push(addStages(router.outbound[kind], hooks[kind]?.outbound ?? {}));
      takeBack.push(addStages(router.inbound[kind], hooks[kind]?.inbound ?? {}));
    }
    takeBack.push(addStages(router.outbound.iq, hooks.passingIq?.outbound ?? {}));
    takeBack.push(addStages(router.inbound.iq, hooks.passingIq?.inbound ?? {}));
    if (hooks.presence?.handler !== undefined) {
      if (router.presenceHandler !== undefined) throw new Error('presence is handled by another module already');
      router.presenceHandler = hooks.presence.handler;
      takeBack.push(() => {
        router.presenceHandler = undefined;
      });
    }
    if (hooks.absent !== undefined) takeBack.push(include(absent, hooks.absent));
    if (hooks.toServer !== undefined) takeBack.push(include(this.#options.toServer ?? [], hooks.toServer));
    if (hooks.delegate !== undefined) takeBack.push(include(this.#options.delegates ?? [], hooks.delegate));
    if (hooks.session !== undefined) takeBack.push(include(lifecycle.hooks, hooks.session));
    for (const feature of hooks.streamFeatures ?? []) takeBack.push(include(streamFeatures, feature));
    for (const feature of hooks.sasl2 ?? []) takeBack.push(include(inline, feature));
    for (const feature of hooks.bind2 ?? []) takeBack.push(include(bindFeatures, feature));
    if (hooks.account?.created !== undefined) takeBack.push(accounts.on('created', hooks.account.created));
    if (hooks.account?.removed !== undefined) takeBack.push(accounts.on('removed', hooks.account.removed));
    for (const command of hooks.commands ?? []) takeBack.push(claim(this.#commands, command.node, command));
    for (const { domain, route } of routes) takeBack.push(claim(router.routes, domain, route));
    for (const { token, service } of hooks.provides ?? []) takeBack.push(claim(this.#services, token.name, service));
  }
}

function partOf(module: Module) {
  const { features, identities, accountFeatures, accountIdentities } = module;
  return {
    ...(features && { features }),
    ...(identities && { identities }),
    ...(accountFeatures && { accountFeatures }),
    ...(accountIdentities && { accountIdentities }),
  };
}

function include<T>(list: T[], item: T): () => void {
  list.push(item);
  return () => list.splice(list.indexOf(item), 1);
}

function claim<T>(map: Map<string, T>, key: string, value: T): () => void {
  if (map.has(key)) throw new Error(`${key} is claimed already`);
  map.set(key, value);
  return () => map.delete(key);
}

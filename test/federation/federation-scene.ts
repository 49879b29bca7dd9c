/** A scene whose server federates over links that the test holds in its hands. */
import { federationSettings } from '../../server/config/federation-settings.ts';
import { Federation } from '../../server/federation/federation.ts';
import type { PairedServers } from '../../server/federation/paired-servers.ts';
import type { OpenPort } from '../../server/federation/ports.ts';
import { ROSTER } from '../../server/modulehost/services.ts';
import { openScene, type Scene, type SceneOptions } from '../scene/scene.ts';
import { FakeLinks } from './fake-links.ts';

export interface FederationSceneOptions extends SceneOptions {
  readonly pairs?: PairedServers;
  readonly openPort?: OpenPort;
  readonly isOn?: boolean;
  /** Called before the links are made. */
  readonly createLinks?: () => void;
}

/** Scenes are at `localhost`, which may talk with paired servers alone. */
export const ALL_PAIRED: PairedServers = {
  isEmpty: false,
  has: () => true,
  onChange: () => undefined,
  onParting: () => undefined,
};

export class FederationScene {
  readonly scene: Scene;
  readonly #options: FederationSceneOptions;
  /** Those of each time that federation was switched on. */
  readonly allLinks: FakeLinks[] = [];
  /** Ports that are open, by the setting's name. */
  readonly openPorts = new Set<string>();
  federation: Federation;

  private constructor(scene: Scene, options: FederationSceneOptions) {
    this.scene = scene;
    this.#options = options;
    this.federation = this.#create();
  }

  static async open(options: FederationSceneOptions = {}): Promise<FederationScene> {
    const scene = await openScene(options);
    const made = new FederationScene(scene, options);
    if (options.isOn !== false) await scene.config.set('federation.enabled', true);
    await made.federation.open();
    return made;
  }

  /** Of this time. */
  get links(): FakeLinks {
    const links = this.allLinks.at(-1);
    if (links === undefined) throw new Error('federation has never been on');
    return links;
  }

  async enable(isEnabled: boolean): Promise<void> {
    await this.scene.config.set('federation.enabled', isEnabled);
    await this.federation.follow();
  }

  /** The server stops in peace and is started again. */
  async restart(): Promise<void> {
    await this.federation.close();
    await this.scene.restart();
    this.federation = this.#create();
    await this.federation.open();
  }

  /** As by `kill -9`. */
  async crash(): Promise<void> {
    await this.scene.crash();
    await this.crashed();
  }

  /** The second half of it: federation begins in the server that runs now. */
  async crashed(): Promise<void> {
    this.federation = this.#create();
    await this.federation.open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.federation.close();
    await this.scene.close();
  }

  #create(): Federation {
    const { scene } = this;
    const { router, sessions, lifecycle, host } = scene.server;
    const settings = scene.config.group('federation', federationSettings);
    return new Federation({
      domain: 'localhost',
      settings,
      onSetting: (listener) => scene.config.onChange(listener),
      reader: scene.database.reader,
      writer: scene.database.writer,
      router,
      sessions,
      lifecycle,
      accounts: scene.accounts,
      isBarred: (account) => settings.barredRoles.includes(scene.accounts.get(account)?.role ?? ''),
      roster: () => host.find(ROSTER),
      pairs: this.#options.pairs ?? ALL_PAIRED,
      createLinks: (events) => {
        this.#options.createLinks?.();
        const links = new FakeLinks(events);
        this.allLinks.push(links);
        return links;
      },
      openPort: this.#options.openPort ?? ((kind, wanted) => this.#openPort(kind, wanted)),
      clock: scene.clock,
      log: {
        debug: ignore,
        info: ignore,
        warn: ignore,
        error: ignore,
        child: () => {
          throw new Error('no child');
        },
      },
    });
  }

  #openPort(kind: string, port: number) {
    this.openPorts.add(kind);
    return Promise.resolve({
      port,
      close: () => {
        this.openPorts.delete(kind);
      },
    });
  }
}

const ignore = (): undefined => undefined;

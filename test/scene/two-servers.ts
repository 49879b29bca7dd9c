/**
 * Two servers, a.example and b.example, each a scene of its own, which federate in memory: through the real federation
 * (policy, strangers, durable queue, remote route) and the real reader of what other servers send. Only the sockets
 * between them are missing.
 */
import { federationSettings } from '../../server/config/federation-settings.ts';
import { Federation } from '../../server/federation/federation.ts';
import { NO_PAIRS } from '../../server/federation/paired-servers.ts';
import { peersOf } from '../../server/federation-summaries.ts';
import { ROSTER } from '../../server/modulehost/services.ts';
import type { Element } from '../../server/xml/element.ts';
import { JoinedLinks } from './joined-links.ts';
import { openScene, type Scene, type SceneOptions } from './scene.ts';
import type { SceneClient } from './scene-client.ts';

type SideOptions = Omit<SceneOptions, 'domain'>;

const ignore = (): undefined => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore, child: () => SILENT };

/** One of the two. */
export class Side {
  readonly scene: Scene;
  readonly federation: Federation;
  /** What has come from the other server since this was emptied last. */
  readonly arrived: Element[] = [];
  #links: JoinedLinks | undefined;

  constructor(scene: Scene, other: (domain: string) => JoinedLinks | undefined) {
    this.scene = scene;
    const { router, sessions, lifecycle, host } = scene.server;
    const settings = scene.config.group('federation', federationSettings);
    this.federation = new Federation({
      domain: scene.domain,
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
      pairs: NO_PAIRS,
      createLinks: (events) => {
        const arrived = (element: Element) => void this.arrived.push(element);
        this.#links = new JoinedLinks({ domain: scene.domain, other, arrived }, events);
        return this.#links;
      },
      openPort: (_kind, port) => Promise.resolve({ port, close: ignore }),
      clock: scene.clock,
      log: SILENT,
    });
  }

  get links(): JoinedLinks | undefined {
    return this.#links;
  }

  get isBusy(): boolean {
    return (this.#links?.pending ?? 0) > 0 || !this.scene.database.writer.isIdle;
  }

  /** Somebody of this server writes to the other one without being a client: the XML as it leaves. */
  sendsRaw(to: Side, xml: string): void {
    to.links?.takes(xml, this.scene.domain);
  }
}

export class TwoServers {
  readonly a: Side;
  readonly b: Side;
  /** False while neither reaches the other. */
  isJoined = true;

  private constructor(a: Scene, b: Scene) {
    const sideOf = (domain: string) => {
      if (!this.isJoined) return undefined;
      return [this.a, this.b].find(({ scene }) => scene.server.router.routes.has(domain))?.links;
    };
    this.a = new Side(a, sideOf);
    this.b = new Side(b, sideOf);
  }

  static async open(a: SideOptions = {}, b: SideOptions = {}): Promise<TwoServers> {
    const settings = { 'federation.enabled': true };
    const peersOfSide = (side: 'a' | 'b') => (two === undefined ? [] : peersOf(two[side].federation));
    const openSide = (side: 'a' | 'b', options: SideOptions) =>
      openScene({
        ...options,
        domain: `${side}.example`,
        settings: { ...settings, ...options.settings },
        peers: () => peersOfSide(side),
      });
    let two: TwoServers | undefined;
    two = new TwoServers(await openSide('a', a), await openSide('b', b));
    await two.a.federation.open();
    await two.b.federation.open();
    return two;
  }

  /** A client at one of the two; its `receivesNothing` waits for what is on its way between them. */
  async login(name: string, side: 'a' | 'b', resource = 'client'): Promise<SceneClient> {
    const client = await this[side].scene.login(name, resource);
    client.othersSettle = () => this.settles();
    return client;
  }

  /** Nothing is on its way between the two, or to a disk. */
  async settles(): Promise<void> {
    for (let calm = 0; calm < 3; calm++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.a.isBusy || this.b.isBusy) calm = -1;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settles();
    for (const { federation, scene } of [this.a, this.b]) {
      await federation.close();
      await scene.close();
    }
  }
}

let counter = 0;
const unread = new WeakMap<SceneClient, Element[]>();

/** Sends a request and gives the answer; what comes before it is kept for `heard`. */
export async function asks(client: SceneClient, xml: string): Promise<Element> {
  const id = `asked-${++counter}`;
  client.sends(xml.replace('<iq', `<iq id='${id}'`));
  for (;;) {
    const element = await client.next();
    if (element.name === 'iq' && element.attr('id') === id) return element;
    unread.set(client, [...(unread.get(client) ?? []), element]);
  }
}

/** Everything that has come to a client and nobody has read, once all is calm. */
export async function heard(two: TwoServers, client: SceneClient): Promise<readonly Element[]> {
  await two.settles();
  await asks(client, `<iq type='get' to='${client.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`);
  const elements = unread.get(client) ?? [];
  unread.delete(client);
  return elements;
}

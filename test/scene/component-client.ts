/** An external component in a scene (XEP-0114): says what the script says, and reads what comes, stanza by stanza. */
import { createHash } from 'node:crypto';
import { type ComponentGrants, NO_GRANTS } from '../../server/administration/component-grants.ts';
import { COMPONENTS, type ComponentsService } from '../../server/modulehost/components.ts';
import { createElement, type Element } from '../../server/xml/element.ts';
import { difference } from './match.ts';
import { DOMAIN, type Scene } from './scene.ts';
import { parseStanza, SceneClient } from './scene-client.ts';
import { MemoryWire } from './wire.ts';

const NS_CLIENT = 'jabber:client';
export const NS_COMPONENT = 'jabber:component:accept';

let counter = 0;

export class ComponentClient {
  readonly domain: string;
  readonly wire: MemoryWire;
  readonly stream: SceneClient;

  constructor(scene: Scene, domain: string) {
    this.domain = domain;
    this.wire = new MemoryWire({ isSecure: false, remoteAddress: '127.0.0.1' });
    this.stream = new SceneClient(domain, DOMAIN, this.wire.client);
    componentsOf(scene).accept(this.wire.server);
  }

  opens(to = this.domain, xmlns = NS_COMPONENT): void {
    this.sends(
      `<?xml version='1.0'?><stream:stream xmlns='${xmlns}' xmlns:stream='http://etherx.jabber.org/streams' to='${to}'>`,
    );
  }

  /** With the proof that `secret` gives for this stream. */
  async shakesHands(secret: string): Promise<void> {
    await untilWritten();
    const proof = createHash('sha1')
      .update(`${this.stream.header?.attr('id')}${secret}`)
      .digest('hex');
    this.sends(`<handshake>${proof}</handshake>`);
  }

  /** Writes text as it stands, in the namespace of components. */
  sends(xml: string): void {
    this.wire.client.write(xml);
  }

  /** The next element, as it would be in `jabber:client`. */
  async next(): Promise<Element> {
    return inClientNamespace(await this.stream.next());
  }

  /** The very next stanza is as `xml` says (see match.ts), written as for a client. */
  async receives(xml: string): Promise<Element> {
    const want = parseStanza(xml);
    const got = await this.next();
    const why = difference(want, got);
    if (why !== undefined)
      throw new Error(`${this.domain}: ${why}\n  wanted ${want.toXml(NS_CLIENT)}\n  got    ${got.toXml(NS_CLIENT)}`);
    return got;
  }

  /** Sends an iq with a fresh id and `from`, and gives the answer, which must come next. */
  async request(xml: string): Promise<Element> {
    const id = `component-${++counter}`;
    const iq = parseStanza(xml).withAttr('id', id);
    this.sends((iq.attr('from') === undefined ? iq.withAttr('from', this.domain) : iq).toXml(NS_CLIENT));
    const answer = await this.next();
    if (answer.name !== 'iq' || answer.attr('id') !== id)
      throw new Error(`${this.domain}: the answer to ${xml} was awaited, but got ${answer.toXml(NS_CLIENT)}`);
    return answer;
  }

  /** Nothing is under way. */
  async receivesNothing(): Promise<void> {
    const answer = await this.request(`<iq type='get' to='${DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    if (answer.attr('type') !== 'result') throw new Error('a ping was not answered');
  }

  receivesEnd(condition?: string): Promise<Element | undefined> {
    return this.stream.receivesEnd(condition);
  }
}

export function componentsOf(scene: Scene): ComponentsService {
  const service = scene.server.host.find(COMPONENTS);
  if (service === undefined) throw new Error('the module components is not running');
  return service;
}

/** A component that has been added, granted what it is to have, and has connected; adverts wait to be read. */
export async function connectComponent(
  scene: Scene,
  domain: string,
  grants: Partial<ComponentGrants> = {},
): Promise<ComponentClient> {
  const service = componentsOf(scene);
  const { secret } = await service.add(domain);
  if (Object.keys(grants).length > 0) await service.grant(domain, { ...NO_GRANTS, ...grants });
  return await comeBack(scene, domain, secret);
}

/** Connects with a secret that is known. */
export async function comeBack(scene: Scene, domain: string, secret: string): Promise<ComponentClient> {
  const component = new ComponentClient(scene, domain);
  component.opens();
  await component.shakesHands(secret);
  const answer = await component.stream.next();
  if (!answer.is('handshake', NS_COMPONENT)) throw new Error(`no handshake, but ${answer.toXml()}`);
  return component;
}

/** The server writes once in a turn of the event loop. */
async function untilWritten(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function inClientNamespace(element: Element): Element {
  if (element.xmlns !== NS_COMPONENT) return element;
  const children = element.children.map((child) => (typeof child === 'string' ? child : inClientNamespace(child)));
  return createElement(element.name, NS_CLIENT, element.attributes, children);
}

/** A server with two people, for probes that ask whether a whole specification works. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Element } from '../../../server/xml/element.ts';
import { ServerInTest } from '../../e2e/server-in-test.ts';
import { TlsClient, type TlsLogin } from '../../e2e/tls-client.ts';

export const DOMAIN = 'suites.test';
export const NS_MUC = 'http://jabber.org/protocol/muc';
export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_CLIENT = 'jabber:client';
const NS_FORM = 'jabber:x:data';

export type Person = 'romeo' | 'juliet';

export class Lab {
  readonly server: ServerInTest;
  readonly #passwords: ReadonlyMap<string, string>;
  readonly #clients: TlsClient[] = [];

  private constructor(server: ServerInTest, passwords: ReadonlyMap<string, string>) {
    this.server = server;
    this.#passwords = passwords;
  }

  static async open(): Promise<Lab> {
    const settings = [
      `external-services.services=stun:${DOMAIN},turn:${DOMAIN}`,
      'external-services.secret=secret',
      'components.port=0',
    ];
    const server = await ServerInTest.start({ domain: DOMAIN, settings });
    const accounts = await server.addAccounts('romeo', 'juliet');
    return new Lab(server, new Map(accounts.map(({ jid, password }) => [jid.split('@', 1)[0] ?? '', password])));
  }

  passwordOf(person: Person): string {
    return this.#passwords.get(person) ?? '';
  }

  /** A session, as yet without presence; it ends with the probe. */
  async login(localpart: Person, way: TlsLogin['way'] = 'direct'): Promise<TlsClient> {
    const password = this.passwordOf(localpart);
    return this.take(await TlsClient.login({ server: this.server, localpart, password, resource: randomUUID(), way }));
  }

  /** Somebody who is there. */
  async arrive(person: Person): Promise<TlsClient> {
    const client = await this.login(person);
    client.send('<presence/>');
    await client.next(isPresence(client.jid), 'its own presence');
    return client;
  }

  take(client: TlsClient): TlsClient {
    this.#clients.push(client);
    return client;
  }

  /** Ends what a probe has begun. */
  tidy(): void {
    for (const client of this.#clients.splice(0)) client.drop();
  }

  async close(): Promise<void> {
    this.tidy();
    await this.server.close();
  }
}

export const isPresence = (from: string) => (stanza: Element) =>
  stanza.name === 'presence' && stanza.attr('from') === from && stanza.attr('type') === undefined;

export const isMessage =
  (body: string) =>
  (stanza: Element): boolean =>
    stanza.name === 'message' && stanza.childText('body') === body;

/** The answer to a request that must be granted. */
export async function granted(
  client: TlsClient,
  type: 'get' | 'set',
  payload: string,
  to: string | null = null,
): Promise<Element> {
  const answer = await client.request(type, payload, to);
  if (answer.attr('type') !== 'result') throw new Error(`not granted: ${payload}\n${answer.toXml()}`);
  return answer;
}

/** The condition and the type of the error that a request comes back with. */
export async function refused(
  client: TlsClient,
  type: 'get' | 'set',
  payload: string,
  to: string | null = null,
): Promise<string | undefined> {
  const answer = await client.request(type, payload, to);
  expect(answer.attr('type'), answer.toXml()).toBe('error');
  return answer.child('error')?.elements[0]?.name;
}

export async function featuresOf(client: TlsClient, jid: string, node?: string): Promise<readonly string[]> {
  const info = 'http://jabber.org/protocol/disco#info';
  const query = `<query xmlns='${info}'${node === undefined ? '' : ` node='${node}'`}/>`;
  const answer = await granted(client, 'get', query, jid);
  const features = answer.child('query', info)?.elements.filter(({ name }) => name === 'feature') ?? [];
  return features.map((feature) => feature.attr('var') ?? '');
}

/** A form to submit, of fields with one value each. */
export function submitted(formType: string, fields: Readonly<Record<string, string>>): string {
  const all = Object.entries({ FORM_TYPE: formType, ...fields });
  const inside = all.map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`);
  return `<x xmlns='${NS_FORM}' type='submit'>${inside.join('')}</x>`;
}

/** Publishes one item on the publisher's own account. */
export async function publish(
  client: TlsClient,
  { node, id, payload, options }: { node: string; id: string; payload: string; options?: Record<string, string> },
): Promise<void> {
  const form = options && submitted(`${NS_PUBSUB}#publish-options`, options);
  const wanted = form === undefined ? '' : `<publish-options>${form}</publish-options>`;
  const item = `<publish node='${node}'><item id='${id}'>${payload}</item></publish>`;
  await granted(client, 'set', `<pubsub xmlns='${NS_PUBSUB}'>${item}${wanted}</pubsub>`);
}

export const itemsOf = (node: string) => `<pubsub xmlns='${NS_PUBSUB}'><items node='${node}'/></pubsub>`;

/** Enters a room under the name `nick`, and waits to be in. */
export async function enter(client: TlsClient, room: string, nick: string): Promise<void> {
  client.send(`<presence to='${room}/${nick}'><x xmlns='${NS_MUC}'/></presence>`);
  await client.next(isPresence(`${room}/${nick}`), `the way into ${room}`);
}

/** A new room that stays, is archived, and is open to all. */
export async function openRoom(owner: TlsClient): Promise<string> {
  const room = `${randomUUID()}@rooms.${DOMAIN}`;
  await enter(owner, room, 'owner');
  const fields = { 'muc#roomconfig_persistentroom': '1', 'muc#roomconfig_enablearchiving': '1' };
  const form = submitted(`${NS_MUC}#roomconfig`, fields);
  await granted(owner, 'set', `<query xmlns='${NS_MUC}#owner'>${form}</query>`, room);
  return room;
}

/** The bodies in an archive, of a person's own account or of a room. */
export async function archived(client: TlsClient, to: string | null = null): Promise<readonly (string | undefined)[]> {
  const queryid = randomUUID();
  const bodies: (string | undefined)[] = [];
  await granted(client, 'set', `<query xmlns='urn:xmpp:mam:2' queryid='${queryid}'/>`, to);
  const isOurs = (stanza: Element) => stanza.child('result', 'urn:xmpp:mam:2')?.attr('queryid') === queryid;
  while (await client.hasReceived(isOurs)) {
    const result = (await client.next(isOurs, 'a result')).child('result', 'urn:xmpp:mam:2');
    bodies.push(result?.child('forwarded', 'urn:xmpp:forward:0')?.child('message', NS_CLIENT)?.childText('body'));
  }
  return bodies;
}

/**
 * What the compliance tester of Conversations (compliance.conversations.im, 25 rules) asks of a server, asked of ours by a
 * client over TLS. Its rules are told by what they look at; none of its code is here. Where it resolves names and uses port
 * 443, these go to loopback and to the port of the test: records and that port are the operator's.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Element, el } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { fetchText, openRequest } from '../e2e/https.ts';
import { ServerInTest } from '../e2e/server-in-test.ts';
import { TlsClient } from '../e2e/tls-client.ts';

const DOMAIN = 'home.test';
const NS_INFO = 'http://jabber.org/protocol/disco#info';
const NS_ITEMS = 'http://jabber.org/protocol/disco#items';
const NS_FORM = 'jabber:x:data';
const NS_MUC = 'http://jabber.org/protocol/muc';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_UPLOAD = 'urn:xmpp:http:upload:0';
const NS_EXTDISCO = 'urn:xmpp:extdisco:2';

let server: ServerInTest;
let client: TlsClient;
let password: string;

beforeAll(async () => {
  server = await ServerInTest.start({
    domain: DOMAIN,
    // What an operator chooses; nothing of it may be there unasked.
    settings: [
      'registration.open=true',
      'registration.approval=false',
      `contact.abuse=mailto:abuse@${DOMAIN}`,
      `external-services.services=stun:${DOMAIN},turn:${DOMAIN}`,
      'external-services.secret=secret',
    ],
  });
  const [account] = await server.addAccounts('tester');
  password = account?.password ?? '';
  client = await TlsClient.login({ server, localpart: 'tester', password });
});
afterAll(async () => {
  client?.drop();
  await server?.close();
});

async function disco(jid: string, namespace = NS_INFO): Promise<Element> {
  const answer = await client.request('get', el('query', namespace).toXml(), jid);
  const query = answer.child('query', namespace);
  if (query === undefined) throw new Error(`${jid} tells nothing: ${answer.toXml()}`);
  return query;
}

const featuresOf = async (jid: string): Promise<readonly string[]> =>
  (await disco(jid)).elements.filter(({ name }) => name === 'feature').map((feature) => feature.attr('var') ?? '');

/** Services of the domain with a feature, and the domain itself where it has it. */
async function servicesWith(feature: string): Promise<readonly string[]> {
  const items = (await disco(DOMAIN, NS_ITEMS)).elements.map((item) => item.attr('jid') ?? '');
  const found: string[] = [];
  for (const jid of [...items, DOMAIN]) if ((await featuresOf(jid)).includes(feature)) found.push(jid);
  return found;
}

async function hasPepIdentity(): Promise<boolean> {
  const identities = (await disco(client.bareJid)).elements.filter(({ name }) => name === 'identity');
  return identities.some((identity) => identity.attr('category') === 'pubsub' && identity.attr('type') === 'pep');
}

const onAccount = (feature: string) => async () => expect(await featuresOf(client.bareJid)).toContain(feature);
const onServer = (feature: string) => async () => expect(await featuresOf(DOMAIN)).toContain(feature);
const onSomeService = (feature: string) => async () => expect(await servicesWith(feature)).not.toEqual([]);
const inStream = (name: string, namespace: string) => async () =>
  expect(client.features.at(-1)?.child(name, namespace)).toBeDefined();

/** A new room for as long as it takes. */
async function inRoom(look: (room: string) => Promise<void>): Promise<void> {
  const [service] = await servicesWith(NS_MUC);
  const room = `${randomUUID()}@${service}`;
  client.send(`<presence to='${room}/test'><x xmlns='${NS_MUC}'/></presence>`);
  await client.next(
    (stanza) => stanza.name === 'presence' && stanza.attr('from') === `${room}/test`,
    'the way into a room',
  );
  await look(room);
  const destroyed = await client.request('set', `<query xmlns='${NS_MUC}#owner'><destroy/></query>`, room);
  expect(destroyed.attr('type')).toBe('result');
}

/** The tester looks for the feature or for the field in the form; here the field is tried out as well. */
async function canBeArchived(room: string): Promise<void> {
  const query = (inside: string) => `<query xmlns='${NS_MUC}#owner'>${inside}</query>`;
  const form = (await client.request('get', query(''), room)).child('query', `${NS_MUC}#owner`)?.child('x', NS_FORM);
  const field = form?.elements.find((candidate) => candidate.attr('var') === 'muc#roomconfig_enablearchiving');
  expect(field?.attr('type')).toBe('boolean');
  const chosen = ['persistentroom', 'enablearchiving'].map(
    (name) => `<field var='muc#roomconfig_${name}'><value>1</value></field>`,
  );
  const type = `<field var='FORM_TYPE'><value>${NS_MUC}#roomconfig</value></field>`;
  const submission = `<x xmlns='${NS_FORM}' type='submit'>${type}${chosen.join('')}</x>`;
  expect((await client.request('set', query(submission), room)).attr('type')).toBe('result');
  expect(await featuresOf(room)).toContain('urn:xmpp:mam:2');
}

async function externalServices(...types: readonly string[]): Promise<readonly Element[]> {
  const answer = await client.request('get', `<services xmlns='${NS_EXTDISCO}'/>`);
  const services = answer.child('services', NS_EXTDISCO)?.elements ?? [];
  return services.filter(
    (service) =>
      types.includes(service.attr('type') ?? '') &&
      ['tcp', 'udp'].includes(service.attr('transport') ?? '') &&
      service.attr('host') !== undefined &&
      Number(service.attr('port')) > 0,
  );
}

/** Keys that everybody may read, in one step (XEP-0384 wants XEP-0060 section 7.1.5). */
async function publishesOpenly(): Promise<void> {
  expect(await hasPepIdentity()).toBe(true);
  expect(await featuresOf(client.bareJid)).toContain(`${NS_PUBSUB}#publish-options`);
  const node = `eu.siacs.conversations.axolotl.${randomUUID()}`;
  const options =
    `<publish-options><x xmlns='${NS_FORM}' type='submit'>` +
    `<field var='FORM_TYPE' type='hidden'><value>${NS_PUBSUB}#publish-options</value></field>` +
    `<field var='pubsub#access_model'><value>open</value></field></x></publish-options>`;
  const item = `<item><bundle xmlns='eu.siacs.conversations.axolotl'/></item>`;
  const publish = `<pubsub xmlns='${NS_PUBSUB}'><publish node='${node}'>${item}</publish>${options}</pubsub>`;
  expect((await client.request('set', publish, null)).attr('type')).toBe('result');
  const owner = (inside: string) => `<pubsub xmlns='${NS_PUBSUB}#owner'>${inside}</pubsub>`;
  const configuration = await client.request('get', owner(`<configure node='${node}'/>`), null);
  const form = configuration.child('pubsub', `${NS_PUBSUB}#owner`)?.child('configure')?.child('x', NS_FORM);
  const model = form?.elements.find((field) => field.attr('var') === 'pubsub#access_model');
  expect(model?.childText('value')).toBe('open');
  expect((await client.request('set', owner(`<delete node='${node}'/>`), null)).attr('type')).toBe('result');
}

async function uploadsFromWebPages(): Promise<void> {
  const [service] = await servicesWith(NS_UPLOAD);
  const wanted = `<request xmlns='${NS_UPLOAD}' filename='hello.png' size='1234' content-type='image/png'/>`;
  const slot = (await client.request('get', wanted, service ?? DOMAIN)).child('slot', NS_UPLOAD);
  const { status, headers } = await fetchText(server, slot?.child('put', NS_UPLOAD)?.attr('url') ?? '', {
    method: 'OPTIONS',
    headers: {
      origin: 'https://compliance.conversations.im',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type',
    },
  });
  expect(status).toBeLessThan(300);
  expect(headers['access-control-allow-origin']).toBe('*');
  expect(headers['access-control-allow-methods']).toContain('PUT');
  expect(headers['access-control-allow-headers']?.toLowerCase()).toContain('content-type');
}

/** By host-meta, as XML and as JSON; and each of the addresses there answers. */
async function tellsOtherWaysIn(): Promise<void> {
  const origin = `https://${DOMAIN}:${server.process.ports.web}`;
  const xml = await fetchText(server, `${origin}/.well-known/host-meta`);
  const json = await fetchText(server, `${origin}/.well-known/host-meta.json`);
  for (const answer of [xml, json]) {
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  }
  const fromXml = parseXml(xml.body.replace(/^<\?xml[^>]*\?>\s*/, '')).elements.map((link) => [
    link.attr('rel'),
    link.attr('href'),
  ]);
  const parsed: { links: { rel: string; href: string }[] } = JSON.parse(json.body);
  for (const links of [fromXml, parsed.links.map(({ rel, href }) => [rel, href])]) {
    const hrefOf = (rel: string) => links.find(([found]) => found === `urn:xmpp:alt-connections:${rel}`)?.[1] ?? '';
    await acceptsWebSocket(hrefOf('websocket'));
    const bosh = await fetchText(server, hrefOf('xbosh'), { method: 'OPTIONS', headers: { origin: 'null' } });
    expect(bosh.status).toBeLessThan(300);
    expect(bosh.headers['access-control-allow-origin']).toBe('*');
  }
}

async function acceptsWebSocket(address: string): Promise<void> {
  expect(new URL(address).protocol).toBe('wss:');
  const request = openRequest(server, address.replace(/^wss/, 'https'), {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-protocol': 'xmpp',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    },
  });
  const status = await new Promise((resolve, reject) => {
    request.once('upgrade', ({ statusCode }, socket) => {
      socket.destroy();
      resolve(statusCode);
    });
    request.once('response', ({ statusCode }) => resolve(statusCode)).once('error', reject);
    request.end();
  });
  expect(status).toBe(101);
}

const RULES: readonly { readonly rule: string; readonly looksAt: string; readonly check: () => Promise<void> }[] = [
  { rule: 'xep0313', looksAt: 'the archive of an account', check: onAccount('urn:xmpp:mam:2') },
  { rule: 'xep0357', looksAt: 'push for an account', check: onAccount('urn:xmpp:push:0') },
  { rule: 'xep0411', looksAt: 'conversion of bookmarks', check: onAccount('urn:xmpp:bookmarks-conversion:0') },
  { rule: 'xep0398', looksAt: 'conversion of avatars', check: onAccount('urn:xmpp:pep-vcard-conversion:0') },
  { rule: 'xep0163', looksAt: 'the identity of PEP', check: async () => expect(await hasPepIdentity()).toBe(true) },
  { rule: 'xep0384', looksAt: 'keys for OMEMO that everybody may read', check: publishesOpenly },
  { rule: 'xep0191', looksAt: 'blocking', check: onServer('urn:xmpp:blocking') },
  { rule: 'xep0280', looksAt: 'carbons', check: onServer('urn:xmpp:carbons:2') },
  { rule: 'xep0160', looksAt: 'messages for those who are away', check: onServer('msgoffline') },
  { rule: 'xep0198', looksAt: 'stream management', check: inStream('sm', 'urn:xmpp:sm:3') },
  { rule: 'xep0352', looksAt: 'client state', check: inStream('csi', 'urn:xmpp:csi:0') },
  { rule: 'roster_versioning', looksAt: 'versions of rosters', check: inStream('ver', 'urn:xmpp:features:rosterver') },
  { rule: 'xep0115', looksAt: 'capabilities of the server', check: inStream('c', 'http://jabber.org/protocol/caps') },
  { rule: 'xep0045', looksAt: 'a service with rooms', check: onSomeService(NS_MUC) },
  {
    rule: 'xep0313muc',
    looksAt: 'a new room that can have an archive',
    check: () => inRoom(canBeArchived),
  },
  {
    rule: 'vcard_muc',
    looksAt: 'avatars in a new room',
    check: () => inRoom(async (room) => expect(await featuresOf(room)).toContain('vcard-temp')),
  },
  { rule: 'xep0363', looksAt: 'a service for files', check: onSomeService(NS_UPLOAD) },
  { rule: 'xep0363_cors', looksAt: 'uploads from web pages', check: uploadsFromWebPages },
  {
    rule: 'xep0065',
    looksAt: 'a proxy for files between two clients',
    check: onSomeService('http://jabber.org/protocol/bytestreams'),
  },
  {
    rule: 'stun',
    looksAt: 'a STUN server',
    check: async () => expect(await externalServices('stun', 'stuns')).not.toEqual([]),
  },
  {
    rule: 'turn',
    looksAt: 'a TURN server with a name and a password',
    check: async () => {
      const [turn] = await externalServices('turn', 'turns');
      expect([turn?.attr('username'), turn?.attr('password')]).toEqual([expect.any(String), expect.any(String)]);
    },
  },
  { rule: 'xep0156', looksAt: 'host-meta with WebSocket and BOSH', check: tellsOtherWaysIn },
  {
    rule: 'abuse-contact',
    looksAt: 'whom to tell of abuse',
    check: async () => {
      const forms = (await disco(DOMAIN)).elements.filter((element) => element.is('x', NS_FORM));
      const fields = forms.flatMap((form) => form.elements).filter((field) => field.attr('var') === 'abuse-addresses');
      expect(fields.map((field) => field.childText('value'))).toEqual([`mailto:abuse@${DOMAIN}`]);
    },
  },
  {
    rule: 'xep0368',
    looksAt: 'TLS from the first byte with ALPN and a good certificate, and an XML declaration at once',
    check: async () => {
      const direct = await TlsClient.connect(server);
      expect(direct.protocol).toBe('xmpp-client');
      expect(direct.firstBytes.startsWith('<?xml')).toBe(true);
      direct.drop();
    },
  },
  {
    rule: 'xep0077',
    looksAt: 'registration before anybody has logged in',
    check: async () => {
      const stranger = await TlsClient.connect(server);
      expect(stranger.features.at(-1)?.child('register', 'http://jabber.org/features/iq-register')).toBeDefined();
      stranger.drop();
    },
  },
];

test('these are all 25 rules', () => {
  expect(new Set(RULES.map(({ rule }) => rule)).size).toBe(25);
});

test.for(RULES)('$rule: $looksAt', ({ check }) => check());

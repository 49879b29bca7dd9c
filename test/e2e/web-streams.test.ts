/** WebSocket and BOSH on a server that runs as its own process, from signing in to its end. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { connectControl } from '../../server/control/client.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { BoshClient } from '../listeners/bosh-client.ts';
import { WebSocketClient } from '../listeners/websocket-client.ts';
import { ServerInTest } from './server-in-test.ts';

const DOMAIN = 'chat.test';
const NS_SM = 'urn:xmpp:sm:3';
/** Well below the two seconds after which connections are cut. */
const QUICK_MS = 1_500;

let server: ServerInTest;
let passwords: Map<string, string>;

beforeAll(async () => {
  server = await ServerInTest.start({ domain: DOMAIN });
  const accounts = await server.addAccounts('juliet', 'romeo');
  passwords = new Map(accounts.map(({ jid, password }) => [jid.split('@')[0] ?? '', password]));
});
afterAll(() => server?.close());

/** How many messages people have sent. */
async function messages(): Promise<number> {
  const control = await connectControl(server.dataDir);
  const { traffic } = await control.status.get();
  return traffic.messages;
}

const door = () => ({ port: server.process.ports.web, domain: DOMAIN });
const passwordOf = (name: string) => passwords.get(name) ?? '';

async function webSocketOf(name: string): Promise<WebSocketClient> {
  const client = await WebSocketClient.connect(door());
  onTestFinished(() => client.drops());
  await client.authenticates(name, passwordOf(name));
  return client;
}

async function boshOf(name: string): Promise<BoshClient> {
  const client = new BoshClient(door());
  onTestFinished(() => client.closes());
  await client.authenticates(name, passwordOf(name));
  return client;
}

const chat = (to: string, text: string) =>
  `<message xmlns='jabber:client' to='${to}' type='chat'><body>${text}</body></message>`;

test('one by WebSocket and one by BOSH chat, and neither loses anything when connections break', async () => {
  const juliet = await webSocketOf('juliet');
  await juliet.binds('balcony');
  juliet.sends(`<enable xmlns='${NS_SM}' resume='true'/>`);
  const id = (await juliet.next()).attr('id');
  const romeo = await boshOf('romeo');
  await romeo.binds('orchard');

  const held = romeo.posts(chat(juliet.jid, 'one'));
  expect((await juliet.next()).childText('body')).toBe('one');
  juliet.sends(chat(romeo.jid, 'two'));
  expect(parseXml((await held.answer).text).elements[0]?.childText('body')).toBe('two');

  juliet.drops();
  const before = await messages();
  const lost = romeo.posts(chat(juliet.jid, 'three'));
  await expect.poll(messages).toBe(before + 1);
  lost.breaks();
  const again = await webSocketOf('juliet');
  again.sends(`<resume xmlns='${NS_SM}' h='1' previd='${id}'/>`);
  expect((await again.next()).is('resumed', NS_SM)).toBe(true);
  expect((await again.next()).childText('body')).toBe('three');
  again.sends(chat(romeo.jid, 'four'));
  romeo.rid--; // the request whose connection broke
  const body = await romeo.sends(chat(juliet.jid, 'three'));
  expect(body.elements[0]?.childText('body')).toBe('four');
  again.sends(`<iq xmlns='jabber:client' type='get' id='ping' to='${DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>`);
  let answer = await again.next();
  while (answer.xmlns === NS_SM) answer = await again.next();
  expect(answer.attr('id')).toBe('ping'); // and not “three” once more
});

test('the end of the server is told on both, and does not wait for them', async () => {
  const juliet = await webSocketOf('juliet');
  const romeo = await boshOf('romeo');
  await juliet.binds('balcony');
  await romeo.binds('orchard');
  const held = romeo.posts(chat(juliet.jid, 'one'));
  expect((await juliet.next()).childText('body')).toBe('one');
  const beganMs = performance.now();
  expect(await server.process.stop()).toBe(0);
  expect(performance.now() - beganMs).toBeLessThan(QUICK_MS);
  expect((await juliet.next()).elements[0]?.name).toBe('system-shutdown');
  const body = parseXml((await held.answer).text);
  expect(body.elements[0]?.elements[0]?.name).toBe('system-shutdown');
  await server.startAgain();
});

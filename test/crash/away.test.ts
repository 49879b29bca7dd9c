/**
 * A device is away while a thousand messages come, half of them from one person and half in a room. When it is back it has
 * each of them once: by reading the archives (XEP-0313), or by going on with its session (XEP-0198); whether the server
 * was killed and started again meanwhile or not. The device tells nothing apart and throws nothing away.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { ChatClient } from '../e2e/chat-client.ts';
import { ServerInTest } from '../e2e/server-in-test.ts';
import type { NewAccount } from '../e2e/snug-command.ts';

const DOMAIN = 'away.test';
const HALF = 500;
const PAGE = 100;
const NS_MAM = 'urn:xmpp:mam:2';
const NS_RSM = 'http://jabber.org/protocol/rsm';
const NS_FORWARD = 'urn:xmpp:forward:0';

const WAYS = [
  { way: 'reads the archives', isKilled: false },
  { way: 'reads the archives', isKilled: true },
  { way: 'goes on with its session', isKilled: false },
  { way: 'goes on with its session', isKilled: true },
] as const;

let server: ServerInTest;
let accounts: readonly NewAccount[];
const clients: ChatClient[] = [];

beforeAll(async () => {
  server = await ServerInTest.start({ domain: DOMAIN });
  accounts = await server.addAccounts(...WAYS.flatMap((_, index) => [`romeo${index}`, `juliet${index}`]));
});
afterAll(async () => {
  for (const client of clients) client.drop();
  await server?.close();
});

function createClient(localpart: string, received: (message: Element) => void): ChatClient {
  const client = new ChatClient({
    port: server.process.ports.c2sTls,
    domain: DOMAIN,
    localpart,
    password: accounts.find(({ jid }) => jid === `${localpart}@${DOMAIN}`)?.password ?? '',
    resource: 'phone',
    received,
  });
  clients.push(client);
  return client;
}

/** The bodies of what people have written, as they come. */
function collect(bodies: string[]): (message: Element) => void {
  return (message) => {
    const result = message.child('result', NS_MAM);
    const text = (result?.child('forwarded', NS_FORWARD)?.child('message', 'jabber:client') ?? message).childText(
      'body',
    );
    if (text !== undefined) bodies.push(text);
  };
}

function enter(client: ChatClient, room: string, nick: string): Promise<void> {
  client.send(
    `<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`,
  );
  return client.settle();
}

/** Asks page after page for all that came after `lastId`; what comes goes to whoever receives the client's messages. */
async function readArchive(client: ChatClient, owner: string, lastId: string | undefined): Promise<void> {
  let after = lastId;
  for (;;) {
    const set = `<set xmlns='${NS_RSM}'><max>${PAGE}</max>${after === undefined ? '' : `<after>${after}</after>`}</set>`;
    const answer = await client.request('set', `<query xmlns='${NS_MAM}'>${set}</query>`, owner);
    const fin = answer.child('fin', NS_MAM);
    if (fin === undefined) throw new Error(`the archive of ${owner} is not to be had: ${answer}`);
    if (fin.attr('complete') === 'true') return;
    after = fin.child('set', NS_RSM)?.childText('last');
  }
}

/** The newest id of an archive, for a device that knows everything up to now. */
async function lastIdOf(client: ChatClient, owner: string): Promise<string | undefined> {
  const query = `<query xmlns='${NS_MAM}'><set xmlns='${NS_RSM}'><max>1</max><before/></set></query>`;
  const fin = (await client.request('set', query, owner)).child('fin', NS_MAM);
  return fin?.child('set', NS_RSM)?.childText('last');
}

/** Sends, and waits until the server has taken the responsibility for all of it. */
async function sendAll(client: ChatClient, stanzas: readonly string[]): Promise<void> {
  for (const stanza of stanzas) client.send(stanza);
  client.requestAcknowledgement();
  await expect.poll(() => client.pending, { interval: 10, timeout: 20_000 }).toBe(0);
}

test.for(WAYS.map((way, index) => ({ ...way, index })))(
  'a device that $way has each message once (server killed: $isKilled)',
  { timeout: 60_000 },
  async ({ way, isKilled, index }) => {
    const room = `hall${index}@rooms.${DOMAIN}`;
    const bodies: string[] = [];
    const juliet = createClient(`juliet${index}`, collect(bodies));
    const romeo = createClient(`romeo${index}`, () => undefined);
    await romeo.login();
    await enter(romeo, room, 'romeo');
    const field = `<field var='muc#roomconfig_persistentroom'><value>1</value></field>`;
    const form = `<x xmlns='jabber:x:data' type='submit'>${field}</x>`;
    await romeo.request('set', `<query xmlns='http://jabber.org/protocol/muc#owner'>${form}</query>`, room);
    await juliet.login();
    await enter(juliet, room, 'juliet');
    const chatId = await lastIdOf(juliet, `juliet${index}@${DOMAIN}`);
    const roomId = await lastIdOf(juliet, room);
    juliet.requestAcknowledgement();
    await expect.poll(() => juliet.pending, { interval: 10 }).toBe(0);
    bodies.length = 0;

    if (way === 'reads the archives') await juliet.close();
    else juliet.drop();
    await juliet.gone;

    const numbers = Array.from({ length: HALF }, (_, number) => number);
    const stanzas = numbers.flatMap((number) => [
      `<message type='chat' to='juliet${index}@${DOMAIN}' id='c${number}'><body>chat ${number}</body></message>`,
      `<message type='groupchat' to='${room}' id='r${number}'><body>room ${number}</body></message>`,
    ]);
    await sendAll(romeo, stanzas.slice(0, HALF));
    if (isKilled) {
      await server.process.kill();
      await romeo.gone;
      await server.startAgain();
      expect(await romeo.resume()).toBe(true);
    }
    await sendAll(romeo, stanzas.slice(HALF));

    if (way === 'reads the archives') {
      await juliet.login(async () => {
        await readArchive(juliet, `juliet${index}@${DOMAIN}`, chatId);
        await readArchive(juliet, room, roomId);
      });
      await enter(juliet, room, 'juliet');
    } else {
      expect(await juliet.resume()).toBe(true);
    }
    await juliet.settle();
    const expected = numbers.flatMap((number) => [`chat ${number}`, `room ${number}`]);
    const missing = expected.filter((body) => !bodies.includes(body));
    const doubled = bodies.filter((body, position) => bodies.indexOf(body) !== position);
    expect({ missing, doubled, count: bodies.length }).toEqual({ missing: [], doubled: [], count: 2 * HALF });
    for (const kind of ['chat', 'room']) {
      expect(bodies.filter((body) => body.startsWith(kind))).toEqual(expected.filter((body) => body.startsWith(kind)));
    }
  },
);

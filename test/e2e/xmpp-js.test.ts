/** xmpp.js, which we did not write: SASL2, Bind 2, FAST and stream management, over direct TLS and over WebSocket. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChatClient } from './chat-client.ts';
import { ServerInTest } from './server-in-test.ts';

const DOMAIN = 'quick.test';
const NS_SASL2 = 'urn:xmpp:sasl:2';
const DRIVER = join(import.meta.dirname, 'xmpp-js-process.ts');

let server: ServerInTest;
let password: string;
let romeo: ChatClient;

beforeAll(async () => {
  server = await ServerInTest.start({ domain: DOMAIN });
  const accounts = await server.addAccounts('juliet', 'romeo');
  const [juliet = '', other = ''] = accounts.map((account) => account.password);
  password = juliet;
  const { c2sTls } = server.process.ports;
  romeo = new ChatClient({ port: c2sTls, domain: DOMAIN, localpart: 'romeo', password: other, resource: 'orchard' });
  await romeo.login();
});
afterAll(async () => {
  romeo?.drop();
  await server?.close();
});

interface Event {
  readonly what: 'sent' | 'received' | 'online' | 'broken' | 'resumed' | 'error' | 'heard';
  readonly text: string;
}

/** Signs in, loses its connection, comes back, hears what was said meanwhile, and leaves. */
async function runClient(service: string): Promise<readonly Event[]> {
  const child = spawn(process.execPath, [DRIVER, service, DOMAIN, password], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: join(server.dataDir, 'certificates', 'ca.pem') },
  });
  const events: Event[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as Event;
    events.push(event);
    const said = `<body>Good night, good night!</body>`;
    if (event.what === 'broken') romeo.send(`<message type='chat' to='juliet@${DOMAIN}'>${said}</message>`);
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect(status, JSON.stringify(events, null, 1)).toBe(0);
  return events;
}

test.each([
  ['direct TLS', () => `xmpps://${DOMAIN}:${server.process.ports.c2sTls}`],
  ['WebSocket', () => `wss://${DOMAIN}:${server.process.ports.web}/xmpp-websocket`],
] as const)('xmpp.js signs in by SASL2 over %s, resumes its session, and loses nothing', async (_, service) => {
  const events = await runClient(service());
  const texts = (what: Event['what']) => events.filter((event) => event.what === what).map(({ text }) => text);
  expect(texts('error')).toEqual([]);

  const [first = '', second = ''] = texts('sent').filter((xml) => xml.startsWith('<authenticate'));
  expect(first).toContain(`xmlns="${NS_SASL2}"`);
  expect(first).toContain('urn:xmpp:bind:0');
  expect(first).toContain('urn:xmpp:fast:0');
  const [success = ''] = texts('received').filter((xml) => xml.startsWith('<success'));
  expect(success).toContain('urn:xmpp:bind:0');
  expect(success).toMatch(/<enabled [^>]*xmlns="urn:xmpp:sm:3"/);
  expect(success).toMatch(/<token [^>]*xmlns="urn:xmpp:fast:0"/);

  // With the token this time, and the former session within the same round trip.
  expect(second).toContain('mechanism="HT-SHA-256-NONE"');
  expect(second).toContain('<resume');
  expect(texts('resumed')).toHaveLength(1);
  expect(texts('online')).toHaveLength(1);
  expect(texts('heard')).toEqual(['Good night, good night!']);
});

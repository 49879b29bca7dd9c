/** Files through the server's proxy, as slixmpp's plugin for XEP-0065 sends them. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Couple } from './couple.ts';
import { whyNoSlixmpp } from './slixmpp-client.ts';

const reason = whyNoSlixmpp();
const PLUGINS = ['0065'];
const BYTES = 16 * 1024 * 1024 + 1;

let couple: Couple;

beforeAll(async () => {
  if (reason === undefined) couple = await Couple.meet();
});
afterAll(() => couple?.part());
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});
afterEach(() => couple?.closeClients());

test('the proxy is found where it listens', async () => {
  const romeo = await couple.login('romeo', 'orchard', { plugins: PLUGINS });
  expect(await romeo.ask('proxies')).toEqual([
    { jid: 'proxy.verona.test', host: '127.0.0.1', port: expect.any(Number) },
  ]);
});

test('a file goes from one to the other through the proxy, unchanged', async () => {
  const romeo = await couple.login('romeo', 'orchard', { plugins: PLUGINS });
  const juliet = await couple.login('juliet', 'balcony', { plugins: PLUGINS });
  const sent = (await romeo.ask('sendBytes', { to: juliet.jid, bytes: BYTES })) as { readonly sha256: string };
  await juliet.event('stream');
  await juliet.event('stream-closed', { bytes: BYTES, sha256: sent.sha256 });
});

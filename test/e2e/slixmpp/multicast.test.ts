/** One message to several people, as slixmpp's plugin for XEP-0033 writes it. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { bare, Couple } from './couple.ts';
import { whyNoSlixmpp } from './slixmpp-client.ts';

const reason = whyNoSlixmpp();
const PLUGINS = ['0033'];

let couple: Couple;

beforeAll(async () => {
  if (reason === undefined) couple = await Couple.meet();
});
afterAll(() => couple?.part());
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});
afterEach(() => couple?.closeClients());

test('a message reaches all addressees, and nobody sees who got it blindly', async () => {
  const romeo = await couple.login('romeo', 'orchard', { plugins: PLUGINS });
  const juliet = await couple.login('juliet', 'balcony', { plugins: PLUGINS });
  const { jid: service } = (await romeo.ask('multicastService')) as { readonly jid: string };
  expect(service).toBe('multicast.verona.test');
  await romeo.ask('sendToMany', { service, body: 'Hello, World!', to: [bare(juliet)], bcc: [romeo.jid] });
  expect(await juliet.event('addressed', { body: 'Hello, World!' })).toMatchObject({
    addresses: [['to', bare(juliet), true]],
  });
  const { addresses } = await romeo.event('addressed', { body: 'Hello, World!' });
  expect(addresses).toEqual([
    ['to', bare(juliet), true],
    ['bcc', romeo.jid, false],
  ]);
});

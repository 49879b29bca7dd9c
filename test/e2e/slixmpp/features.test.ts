/** The server's features as the plugins of slixmpp use them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { bare, befriend, Couple } from './couple.ts';
import { type SlixmppClient, whyNoSlixmpp } from './slixmpp-client.ts';

const DOMAIN = 'verona.test';
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));

const reason = whyNoSlixmpp();
let couple: Couple;
let romeo: SlixmppClient;

beforeAll(async () => {
  if (reason === undefined) couple = await Couple.meet();
});
afterAll(() => couple?.part());
beforeEach(async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  romeo = await couple.login('romeo', 'orchard');
});
afterEach(() => couple?.closeClients());

test('service discovery names the server and what it can do', async () => {
  const server = (await romeo.ask('disco', { jid: DOMAIN })) as { readonly features: readonly string[] };
  expect(server).toMatchObject({ identities: [['server', 'im']] });
  expect(server.features).toEqual(
    expect.arrayContaining([
      'http://jabber.org/protocol/disco#info',
      'jabber:iq:version',
      'urn:xmpp:blocking',
      'urn:xmpp:carbons:2',
      'urn:xmpp:ping',
      'urn:xmpp:time',
      'vcard-temp',
    ]),
  );
  expect(await romeo.ask('disco', { jid: bare(romeo) })).toMatchObject({
    identities: expect.arrayContaining([
      ['account', 'registered'],
      ['pubsub', 'pep'],
    ]),
  });
});

test('version, time, uptime and ping are answered', async () => {
  expect(await romeo.ask('version', { jid: DOMAIN })).toEqual({ name: 'Snug', version });
  const { utc } = (await romeo.ask('time', { jid: DOMAIN })) as { readonly utc: string };
  expect(Math.abs(Date.parse(utc) - Date.now())).toBeLessThan(10_000);
  const { seconds } = (await romeo.ask('lastActivity', { jid: DOMAIN })) as { readonly seconds: number };
  expect(seconds).toBeLessThan(600);
  expect((await romeo.ask('ping', { jid: DOMAIN })) as object).toHaveProperty('seconds');
});

test('a vCard is kept and shown to others', async () => {
  await romeo.ask('setVcard', { name: 'Romeo Montague' });
  const juliet = await couple.login('juliet', 'balcony');
  expect(await juliet.ask('vcard', { jid: bare(romeo) })).toEqual({ name: 'Romeo Montague' });
});

test('bookmarks in private storage are there at the next login', async () => {
  await romeo.ask('storeBookmark', { room: 'orchard@rooms.verona.test', name: 'The orchard' });
  await romeo.ask('logout');
  const again = await couple.login('romeo', 'street');
  expect(await again.ask('bookmarks')).toEqual([{ room: 'orchard@rooms.verona.test', name: 'The orchard' }]);
});

test('whoever is blocked sees nobody and reaches nobody, until it is taken back', async () => {
  const juliet = await couple.login('juliet', 'balcony');
  await befriend(romeo, juliet);
  await juliet.ask('block', { jid: bare(romeo) });
  expect(await juliet.ask('blocked')).toEqual([bare(romeo)]);
  await romeo.event('presence', { from: juliet.jid, type: 'unavailable' });
  const { id } = (await romeo.ask('message', { to: bare(juliet), body: 'Hello?' })) as { readonly id: string };
  expect(await romeo.event('message-error', { id })).toMatchObject({ condition: 'service-unavailable' });
  expect(await juliet.leftovers('message')).toEqual([]);

  await juliet.ask('unblock', { jid: bare(romeo) });
  expect(await juliet.ask('blocked')).toEqual([]);
  await romeo.event('presence', { from: juliet.jid, type: 'available' });
  await romeo.ask('message', { to: bare(juliet), body: 'Hello again' });
  await juliet.event('message', { body: 'Hello again' });
});

test('carbons bring every device of an account both sides of a chat, once', async () => {
  const phone = await couple.login('juliet', 'phone');
  const laptop = await couple.login('juliet', 'laptop');
  await Promise.all([phone, laptop].map((device) => device.ask('enableCarbons')));

  await romeo.ask('message', { to: laptop.jid, body: 'But soft' });
  await laptop.event('message', { body: 'But soft' });
  expect(await phone.event('carbon', { direction: 'received' })).toMatchObject({
    body: 'But soft',
    from: romeo.jid,
    to: laptop.jid,
  });

  await laptop.ask('message', { to: bare(romeo), body: 'Ay me' });
  await romeo.event('message', { body: 'Ay me' });
  expect(await phone.event('carbon', { direction: 'sent' })).toMatchObject({ body: 'Ay me', from: laptop.jid });
  for (const device of [phone, laptop]) expect(await device.leftovers('carbon')).toEqual([]);
});

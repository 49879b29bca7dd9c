/** The message archive of accounts and of rooms as slixmpp's plugin for it reads them. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { bare, Couple } from './couple.ts';
import { type SlixmppClient, whyNoSlixmpp } from './slixmpp-client.ts';

const reason = whyNoSlixmpp();
let couple: Couple;
let romeo: SlixmppClient;
let juliet: SlixmppClient;

beforeAll(async () => {
  if (reason === undefined) couple = await Couple.meet();
});
afterAll(() => couple?.part());
beforeEach(async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  romeo = await couple.login('romeo', 'orchard', { plugins: ['0313'] });
  juliet = await couple.login('juliet', 'balcony', { plugins: ['0313'] });
});
afterEach(() => couple?.closeClients());

const bodiesOf = (messages: unknown) => (messages as readonly { readonly body: string }[]).map(({ body }) => body);

test('a chat is in the archives of both, page by page, and can be asked for by whom it was with', async () => {
  const bodies = ['one', 'two', 'three', 'four', 'five'];
  for (const body of bodies) {
    await romeo.ask('message', { to: bare(juliet), body });
    await juliet.event('message', { body });
  }
  await juliet.ask('message', { to: romeo.jid, body: 'six' });
  await romeo.event('message', { body: 'six' });
  await romeo.ask('message', { to: bare(romeo), body: 'to myself' });
  await romeo.event('message', { body: 'to myself' });

  for (const reader of [romeo, juliet]) {
    const other = reader === romeo ? juliet : romeo;
    const found = bodiesOf(await reader.ask('archive', { with_jid: bare(other), page: 2 }));
    expect(found).toEqual([...bodies, 'six']);
  }
  expect(bodiesOf(await romeo.ask('archive'))).toContain('to myself');
  expect(bodiesOf(await juliet.ask('archive'))).not.toContain('to myself');
});

test('nobody reads the archive of another', async () => {
  await romeo.ask('message', { to: bare(juliet), body: 'for your eyes' });
  await juliet.event('message', { body: 'for your eyes' });
  expect(bodiesOf(await romeo.ask('archive', { jid: bare(romeo) }))).toContain('for your eyes');
  // The plugin takes an error for the end of the archive.
  expect(await juliet.ask('archive', { jid: bare(romeo) })).toEqual([]);
});

test('a room’s archive has what was said while one was away', async () => {
  const room = 'orchard@rooms.verona.test';
  await romeo.ask('join', { room, nick: 'Romeo' });
  await romeo.ask('configure', { room, fields: { 'muc#roomconfig_persistentroom': true } });
  for (const body of ['But soft', 'It is the east']) {
    await romeo.ask('message', { to: room, body, type: 'groupchat' });
    await romeo.event('groupchat', { body });
  }
  await juliet.ask('join', { room, nick: 'Juliet' });
  const found = (await juliet.ask('archive', { jid: room })) as readonly { readonly from: string }[];
  expect(bodiesOf(found).filter((body) => body !== '')).toEqual(['But soft', 'It is the east']);
  expect(found.every(({ from }) => from.startsWith(room))).toBe(true);
});

/** Stream management of slixmpp (XEP-0198) when the network breaks. */
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
  [romeo, juliet] = await Promise.all([couple.login('romeo', 'orchard'), couple.login('juliet', 'balcony')]);
});
afterEach(() => couple?.closeClients());

const tellJuliet = async (...bodies: readonly string[]) => {
  for (const body of bodies) await romeo.ask('message', { to: bare(juliet), body });
  await romeo.ask('ping', { jid: 'verona.test' });
};

const heard = async (count: number) => {
  const bodies: unknown[] = [];
  while (bodies.length < count) bodies.push((await juliet.event('message')).body);
  return bodies;
};

test('what the server has taken is acknowledged', async () => {
  const { id } = (await romeo.ask('message', { to: bare(juliet), body: 'Peace' })) as { readonly id: string };
  await romeo.ask('askForAck');
  await romeo.event('acked', { id });
});

test('messages sent while the connection is broken arrive once and in order when it is resumed', async () => {
  await tellJuliet('before');
  expect(await heard(1)).toEqual(['before']);
  const { jid } = juliet;
  await juliet.ask('cut');
  await tellJuliet('one', 'two', 'three');
  expect(await juliet.ask('resume')).toEqual({ jid });
  expect(await heard(3)).toEqual(['one', 'two', 'three']);
  await tellJuliet('after');
  expect(await heard(1)).toEqual(['after']);
  expect(await juliet.leftovers('message')).toEqual([]);
});

test('a stream can be resumed again and again, and the client sends and is acknowledged as before', async () => {
  for (const round of ['first', 'second', 'third']) {
    await juliet.ask('cut');
    await tellJuliet(round);
    await juliet.ask('resume');
    expect(await heard(1)).toEqual([round]);
    const { id } = (await juliet.ask('message', { to: romeo.jid, body: round })) as { readonly id: string };
    await juliet.ask('askForAck');
    await juliet.event('acked', { id });
    expect(await romeo.event('message')).toMatchObject({ body: round, from: juliet.jid });
  }
  expect(await juliet.leftovers('message')).toEqual([]);
  expect(await romeo.leftovers('message')).toEqual([]);
});

test('contacts do not see a resumed session go', async () => {
  await romeo.ask('presence', { to: bare(juliet), type: 'subscribe' });
  await juliet.event('presence', { type: 'subscribe' });
  await juliet.ask('presence', { to: bare(romeo), type: 'subscribed' });
  await romeo.event('presence', { from: juliet.jid, type: 'available' });
  // The server acknowledged the request with an unavailable presence of the account (RFC 6121 section 3.1.3).
  romeo.forget();
  await juliet.ask('cut');
  await tellJuliet('Are you there?');
  await juliet.ask('resume');
  await heard(1);
  const seen = await romeo.leftovers('presence');
  expect(seen.filter(({ type }) => type === 'unavailable')).toEqual([]);
});

test('without stream management, messages that come while nobody is there wait for the next login', async () => {
  await juliet.ask('logout');
  juliet = await couple.login('juliet', 'plain', { hasStreamManagement: false });
  // Whoever got a directed presence hears of the end (RFC 6121 section 4.6.3).
  await juliet.ask('presence', { to: romeo.jid });
  await romeo.event('presence', { from: juliet.jid, type: 'available' });
  await juliet.ask('cut');
  await romeo.event('presence', { from: juliet.jid, type: 'unavailable' });
  await tellJuliet('Good night');
  juliet = await couple.login('juliet', 'chamber');
  expect(await heard(1)).toEqual(['Good night']);
});

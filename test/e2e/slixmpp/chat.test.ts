/** Two people with slixmpp: they meet, see each other, chat, and miss nothing while they are away. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { bare, befriend, Couple } from './couple.ts';
import { type SlixmppClient, whyNoSlixmpp } from './slixmpp-client.ts';

const reason = whyNoSlixmpp();
let couple: Couple;

beforeAll(async () => {
  if (reason === undefined) couple = await Couple.meet();
});
afterAll(() => couple?.part());
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});
afterEach(() => couple?.closeClients());

/** Returns once the server has dealt with all that this client sent. */
const settle = (client: SlixmppClient) => client.ask('ping', { jid: 'verona.test' });

test('they subscribe to each other, and see each other come, change and go', async () => {
  const romeo = await couple.login('romeo', 'orchard');
  const juliet = await couple.login('juliet', 'balcony', { isDirectTls: true });
  await befriend(romeo, juliet);
  expect(await romeo.ask('roster')).toMatchObject({ 'juliet@verona.test': { subscription: 'both' } });
  expect(await juliet.ask('roster')).toMatchObject({ 'romeo@verona.test': { subscription: 'both' } });

  await juliet.ask('presence', { show: 'away', status: 'On the balcony' });
  expect(await romeo.event('presence', { from: juliet.jid, show: 'away' })).toMatchObject({ status: 'On the balcony' });
  await juliet.ask('logout');
  await romeo.event('presence', { from: juliet.jid, type: 'unavailable' });

  const again = await couple.login('juliet', 'chamber');
  await romeo.event('presence', { from: again.jid, type: 'available' });
  await again.event('presence', { from: romeo.jid, type: 'available' });
});

test.for([
  { romeo: 'STARTTLS', juliet: 'direct TLS' },
  { romeo: 'direct TLS', juliet: 'STARTTLS' },
])('messages go both ways between $romeo and $juliet', async (transports) => {
  const romeo = await couple.login('romeo', 'orchard', { isDirectTls: transports.romeo === 'direct TLS' });
  const juliet = await couple.login('juliet', 'balcony', { isDirectTls: transports.juliet === 'direct TLS' });
  const question = 'Shall I hear more — or shall I speak at this? 🌹 <&>"\'';
  await romeo.ask('message', { to: bare(juliet), body: question });
  expect(await juliet.event('message', { body: question })).toMatchObject({
    from: romeo.jid,
    to: bare(juliet),
    type: 'chat',
    stamp: null,
  });
  await juliet.ask('message', { to: romeo.jid, body: 'O Romeo, Romeo!' });
  expect(await romeo.event('message', { body: 'O Romeo, Romeo!' })).toMatchObject({ from: juliet.jid, to: romeo.jid });
  await settle(romeo);
  expect(await juliet.leftovers('message')).toEqual([]);
});

test('messages to somebody who is away arrive once, in order, with the time when they were sent', async () => {
  const romeo = await couple.login('romeo', 'orchard');
  const since = Date.now();
  await romeo.ask('message', { to: couple.juliet.jid, body: 'first' });
  await romeo.ask('message', { to: couple.juliet.jid, body: 'second' });
  await settle(romeo);
  const until = Date.now();

  const juliet = await couple.login('juliet', 'balcony');
  const first = await juliet.event('message');
  const second = await juliet.event('message');
  expect([first.body, second.body]).toEqual(['first', 'second']);
  for (const { stamp, from } of [first, second]) {
    expect(from).toBe(romeo.jid);
    // XEP-0082 allows whole seconds.
    expect(Date.parse(String(stamp))).toBeGreaterThanOrEqual(Math.floor(since / 1000) * 1000);
    expect(Date.parse(String(stamp))).toBeLessThanOrEqual(until);
  }
  expect(await juliet.leftovers('message')).toEqual([]);
  await juliet.ask('logout');
  const again = await couple.login('juliet', 'chamber');
  expect(await again.leftovers('message')).toEqual([]);
});

test('a message to an account that does not exist is answered with an error', async () => {
  const romeo = await couple.login('romeo', 'orchard');
  const { id } = (await romeo.ask('message', { to: 'rosaline@verona.test', body: 'Hello?' })) as {
    readonly id: string;
  };
  expect(await romeo.event('message-error', { id })).toMatchObject({ condition: 'service-unavailable' });
});

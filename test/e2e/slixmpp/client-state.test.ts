/** A client of slixmpp that says when nobody looks at it (XEP-0352). */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { bare, befriend, Couple } from './couple.ts';
import { whyNoSlixmpp } from './slixmpp-client.ts';

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

test('is spared presence while it is inactive, and gets messages at once and the latest presence when it is back', async () => {
  const romeo = await couple.login('romeo', 'orchard');
  const juliet = await couple.login('juliet', 'balcony', { plugins: ['0352'] });
  await befriend(romeo, juliet);
  juliet.forget();
  await juliet.ask('inactive');
  await romeo.ask('presence', { show: 'away', status: 'In the orchard' });
  await romeo.ask('presence', { show: 'dnd', status: 'At the wall' });
  await romeo.ask('ping', { jid: 'verona.test' });
  await juliet.ask('active');
  expect(await juliet.event('presence', { from: romeo.jid, show: 'dnd' })).toMatchObject({ status: 'At the wall' });
  expect(await juliet.leftovers('presence')).toEqual([]);

  await juliet.ask('inactive');
  await romeo.ask('message', { to: bare(juliet), body: 'But soft' });
  await juliet.event('message', { body: 'But soft' });
});

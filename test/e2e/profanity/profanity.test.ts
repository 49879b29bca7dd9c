/** A chat between profanity and slixmpp, neither of which we wrote. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { befriend, Couple } from '../slixmpp/couple.ts';
import { whyNoSlixmpp } from '../slixmpp/slixmpp-client.ts';
import { Profanity, whyNoProfanity } from './profanity.ts';

const JULIET = 'juliet@verona.test';
const ROMEO = 'romeo@verona.test';

const reason = whyNoProfanity() ?? whyNoSlixmpp();
let couple: Couple;
let profanity: Profanity;

beforeAll(async () => {
  if (reason !== undefined) return;
  couple = await Couple.meet();
  const [romeo, juliet] = await Promise.all([couple.login('romeo', 'orchard'), couple.login('juliet', 'balcony')]);
  await befriend(romeo, juliet);
  await couple.closeClients();
});
afterAll(() => couple?.part());
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
  profanity = new Profanity();
});
afterEach(async () => {
  profanity?.close();
  await couple?.closeClients();
});

async function login(transport: 'STARTTLS' | 'direct TLS'): Promise<void> {
  const { ports } = couple.server.process;
  const [port, policy] = transport === 'STARTTLS' ? [ports.c2s, 'trust'] : [ports.c2sTls, 'legacy'];
  await profanity.shows('Profanity');
  profanity.type(`/connect ${JULIET}/terminal server 127.0.0.1 port ${port} tls ${policy}`);
  await profanity.shows(/password/i);
  profanity.type(couple.juliet.password);
  if (transport === 'direct TLS') {
    // Only the STARTTLS policy can be told to trust beforehand.
    await profanity.shows('/tls allow');
    profanity.type('/tls allow');
  }
  await profanity.shows(/logged in successfully/);
}

test.for(['STARTTLS', 'direct TLS'] as const)('over %s it sees its contact and chats both ways', async (transport) => {
  const romeo = await couple.login('romeo', 'orchard');
  await romeo.ask('presence', { show: 'dnd', status: 'In the orchard' });
  await login(transport);
  // The roster stands beside the console, a contact under the heading of its presence.
  await profanity.shows(/ Do not disturb .*\n.* romeo@verona\.test/);
  await romeo.event('presence', { type: 'available', from: `${JULIET}/terminal` });

  await romeo.ask('message', { to: JULIET, body: `Good morrow over ${transport}` });
  profanity.type(`/msg ${ROMEO}`);
  await profanity.shows(`Good morrow over ${transport}`);
  profanity.type(`Who art thou, über ${transport}?`);
  expect(await romeo.event('message', { body: `Who art thou, über ${transport}?` })).toMatchObject({
    from: `${JULIET}/terminal`,
  });
});

test('it shows a message that was sent while it was away', async () => {
  const romeo = await couple.login('romeo', 'orchard');
  await romeo.ask('message', { to: JULIET, body: 'Call me but love' });
  await romeo.ask('ping', { jid: 'verona.test' });
  await login('STARTTLS');
  profanity.type(`/msg ${ROMEO}`);
  await profanity.shows('Call me but love');
});

test('it shows the history of a chat that was had on another device', async () => {
  const romeo = await couple.login('romeo', 'orchard');
  const juliet = await couple.login('juliet', 'balcony');
  await romeo.ask('message', { to: JULIET, body: 'I take thee at thy word' });
  await juliet.event('message', { body: 'I take thee at thy word' });
  await juliet.ask('message', { to: ROMEO, body: 'What man art thou' });
  await romeo.event('message', { body: 'What man art thou' });
  await juliet.ask('logout');

  await login('STARTTLS');
  profanity.type('/mam on');
  await profanity.shows(/Message Archive Management enabled/i);
  profanity.type(`/msg ${ROMEO}`);
  await profanity.shows(/I take thee at thy word(.|\n)*What man art thou/);
});

test('it enters a room, sees what was said there, and talks', async () => {
  const room = 'orchard@rooms.verona.test';
  const romeo = await couple.login('romeo', 'orchard');
  await romeo.ask('join', { room, nick: 'Romeo' });
  await romeo.ask('configure', { room, fields: {} });
  await romeo.ask('message', { to: room, body: 'It is the east', type: 'groupchat' });
  await romeo.event('groupchat', { body: 'It is the east' });

  await login('STARTTLS');
  profanity.type(`/join ${room} nick Juliet`);
  await profanity.shows('It is the east');
  await romeo.event('occupant', { room, nick: 'Juliet', type: 'available' });
  profanity.type('O Romeo, Romeo!');
  await romeo.event('groupchat', { room, nick: 'Juliet', body: 'O Romeo, Romeo!' });
  await romeo.ask('message', { to: room, body: 'Shall I hear more', type: 'groupchat' });
  await profanity.shows('Shall I hear more');
});

test('whoever quits it is seen to go', async () => {
  const romeo = await couple.login('romeo', 'orchard');
  await login('STARTTLS');
  await romeo.event('presence', { type: 'available', from: `${JULIET}/terminal` });
  profanity.type('/disconnect');
  await romeo.event('presence', { type: 'unavailable', from: `${JULIET}/terminal` });
});

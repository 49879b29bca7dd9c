/** Rooms as slixmpp's plugin for them uses them. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { bare, Couple } from './couple.ts';
import { type SlixmppClient, whyNoSlixmpp } from './slixmpp-client.ts';

const reason = whyNoSlixmpp();
let couple: Couple;
let romeo: SlixmppClient;
let juliet: SlixmppClient;
let counter = 0;
/** A new one for each test. */
let room: string;

beforeAll(async () => {
  if (reason === undefined) couple = await Couple.meet();
});
afterAll(() => couple?.part());
beforeEach(async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  room = `orchard${++counter}@rooms.verona.test`;
  romeo = await couple.login('romeo', 'orchard');
  juliet = await couple.login('juliet', 'balcony');
});
afterEach(() => couple?.closeClients());

/** Romeo makes the room and opens it, Juliet enters. */
async function gather(fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await romeo.ask('join', { room, nick: 'Romeo' });
  await romeo.ask('configure', { room, fields });
  await juliet.ask('join', { room, nick: 'Juliet' });
  await romeo.event('occupant', { room, nick: 'Juliet' });
}

test('whoever enters first owns the room; whoever comes later sees who is there', async () => {
  expect(await romeo.ask('join', { room, nick: 'Romeo' })).toMatchObject({
    nick: 'Romeo',
    role: 'moderator',
    affiliation: 'owner',
    codes: expect.arrayContaining([110, 201]),
  });
  await romeo.ask('configure', { room, fields: { 'muc#roomconfig_roomname': 'The orchard' } });
  expect(await juliet.ask('join', { room, nick: 'Juliet' })).toMatchObject({
    role: 'participant',
    affiliation: 'none',
    occupants: ['Juliet', 'Romeo'],
  });
  expect(await romeo.event('occupant', { nick: 'Juliet' })).toMatchObject({ room, role: 'participant' });
});

test('what is said reaches everybody, the speaker too, and later those who enter', async () => {
  await gather();
  await romeo.ask('message', { to: room, body: 'It is the east', type: 'groupchat' });
  for (const listener of [romeo, juliet]) {
    await listener.event('groupchat', { room, nick: 'Romeo', body: 'It is the east' });
  }
  await juliet.ask('leave', { room, nick: 'Juliet' });
  await romeo.event('occupant', { nick: 'Juliet', type: 'unavailable' });
  expect(await juliet.ask('join', { room, nick: 'Juliet', maxstanzas: 10 })).toMatchObject({
    history: [{ nick: 'Romeo', body: 'It is the east' }],
  });
});

test('the subject is shown to all, and to those who enter', async () => {
  await gather();
  await romeo.ask('subject', { room, text: 'Names and roses' });
  await juliet.event('subject', { room, text: 'Names and roses' });
  const nurse = await couple.login('juliet', 'chamber');
  expect(await nurse.ask('join', { room, nick: 'Nurse' })).toMatchObject({ subject: 'Names and roses' });
});

test('a room with a password opens for those who know it', async () => {
  await romeo.ask('join', { room, nick: 'Romeo' });
  const fields = { 'muc#roomconfig_passwordprotectedroom': true, 'muc#roomconfig_roomsecret': 'rose' };
  await romeo.ask('configure', { room, fields });
  const enters = (password: string) => juliet.ask('join', { room, nick: 'Juliet', password });
  await expect(enters('thorn')).rejects.toThrow('not-authorized');
  expect(await enters('rose')).toMatchObject({ nick: 'Juliet' });
});

test('an owner gives affiliations and takes the voice away', async () => {
  await gather();
  await romeo.ask('affiliate', { room, jid: bare(juliet), affiliation: 'member' });
  await juliet.event('occupant', { nick: 'Juliet', affiliation: 'member' });
  expect(await romeo.ask('affiliated', { room, affiliation: 'member' })).toEqual([bare(juliet)]);
  await romeo.ask('configure', { room, fields: { 'muc#roomconfig_moderatedroom': true } });
  await romeo.ask('setRole', { room, nick: 'Juliet', role: 'visitor' });
  await juliet.event('occupant', { nick: 'Juliet', role: 'visitor' });
  const { id } = (await juliet.ask('message', { to: room, body: 'Ay me', type: 'groupchat' })) as {
    readonly id: string;
  };
  expect(await juliet.event('message-error', { id })).toMatchObject({ condition: 'forbidden' });
});

test('an invitation comes with its reason, and the room can be destroyed', async () => {
  await romeo.ask('join', { room, nick: 'Romeo' });
  await romeo.ask('configure', { room, fields: {} });
  await romeo.ask('invite', { room, jid: bare(juliet), reason: 'Come hither' });
  expect(await juliet.event('invitation', { room })).toMatchObject({ reason: 'Come hither' });
  await juliet.ask('join', { room, nick: 'Juliet' });
  await romeo.ask('destroy', { room });
  await juliet.event('occupant', { room, nick: 'Juliet', type: 'unavailable' });
});

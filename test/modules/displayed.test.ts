import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import { asks, events, heard, interested, itemsOf, PRIVATE, publishes, retracts } from './pep-clients.ts';

const NODE = 'urn:xmpp:mds:displayed:0';
const MARKER = `<displayed xmlns='urn:xmpp:chat-markers:0' id='the-msg-1'/>`;
const displayed = (id: string) =>
  `<displayed xmlns='${NODE}'><stanza-id xmlns='urn:xmpp:sid:0' by='juliet@localhost' id='${id}'/></displayed>`;

describe('what a client publishes itself', () => {
  test('is told to its owner’s other devices and found by those who come later (XEP-0490 examples 1 to 4)', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const balcony = await interested(scene, 'juliet', 'balcony', NODE);
    const chamber = await interested(scene, 'juliet', 'chamber', NODE);
    const other = await interested(scene, 'romeo', 'orchard', NODE);
    await publishes(balcony, NODE, 'romeo@localhost', displayed('1'), PRIVATE);
    await publishes(balcony, NODE, 'room@rooms.localhost', displayed('2'), PRIVATE);
    await publishes(balcony, NODE, 'romeo@localhost', displayed('3'), PRIVATE);
    expect(await events(chamber)).toEqual([
      `${NODE} item romeo@localhost ${displayed('1')}`,
      `${NODE} item room@rooms.localhost ${displayed('2')}`,
      `${NODE} item romeo@localhost ${displayed('3')}`,
    ]);
    expect(await heard(other)).toEqual([]);
    const items = { 'romeo@localhost': displayed('3'), 'room@rooms.localhost': displayed('2') };
    expect(await itemsOf(await scene.login('juliet', 'hall'), NODE)).toEqual(items);
    expect(typeof (await itemsOf(other, NODE, 'juliet@localhost'))).toBe('string');
    await retracts(balcony, NODE, 'room@rooms.localhost');
    expect(await events(chamber)).toEqual([`${NODE} retract room@rooms.localhost`]);
  });
});

describe('what comes with a message', () => {
  test('is published for the sender’s devices and taken from the message (examples 7 to 10)', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const balcony = await interested(scene, 'juliet', 'balcony', NODE);
    const chamber = await interested(scene, 'juliet', 'chamber', NODE);
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends('<presence/>');
    await heard(romeo);
    balcony.sends(`<message to='romeo@localhost'>${MARKER}${displayed('0423e3a9')}</message>`);
    await romeo.receives(`<message from='${balcony.jid}' to='romeo@localhost'>${MARKER}</message>`);
    const event = [`${NODE} item romeo@localhost ${displayed('0423e3a9')}`];
    expect(await events(balcony)).toEqual(event);
    expect(await events(chamber)).toEqual(event);
  });

  test('goes into a node that is private and keeps all chats, in which the address is the id as it stands', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet');
    juliet.sends(`<message to='romeo@localhost'>${MARKER}${displayed('1')}</message>`);
    juliet.sends(`<message to='Room@rooms.localhost' type='groupchat'>${MARKER}${displayed('2')}</message>`);
    await heard(juliet);
    expect(await itemsOf(juliet, NODE)).toEqual({
      'romeo@localhost': displayed('1'),
      'Room@rooms.localhost': displayed('2'),
    });
    expect(typeof (await itemsOf(await scene.login('romeo'), NODE, 'juliet@localhost'))).toBe('string');
    // A client that asks for the configuration of section 4.2 finds it.
    expect((await publishes(juliet, NODE, 'romeo@localhost', displayed('3'), PRIVATE)).attr('type')).toBe('result');
  });

  test('is not in the copies for other devices either (section 5.2)', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const balcony = await scene.login('juliet', 'balcony');
    const chamber = await scene.login('juliet', 'chamber');
    await asks(chamber, `<iq type='set'><enable xmlns='urn:xmpp:carbons:2'/></iq>`);
    balcony.sends(`<message to='romeo@localhost' type='chat'><body>Ay me</body>${displayed('1')}</message>`);
    await heard(balcony);
    const copies = await heard(chamber);
    expect(copies).toHaveLength(1);
    expect(copies[0]?.toXml()).not.toContain(NODE);
  });

  test.each([
    `<displayed xmlns='${NODE}'/>`,
    `<displayed xmlns='${NODE}'><stanza-id xmlns='urn:xmpp:sid:0' by='a' id='1'/><stanza-id xmlns='urn:xmpp:sid:0' by='a' id='2'/></displayed>`,
    `<displayed xmlns='${NODE}'><other xmlns='urn:example'/></displayed>`,
  ])('is taken away and not published when it is not one stanza id: %s', async (wrong) => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet');
    const romeo = await scene.login('romeo', 'orchard');
    juliet.sends(`<message to='${romeo.jid}'>${MARKER}${wrong}</message>`);
    await romeo.receives(`<message from='${juliet.jid}'>${MARKER}</message>`);
    expect(await itemsOf(juliet, NODE)).toBe('item-not-found');
  });

  test('is nobody else’s business: what others send is not published', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet');
    const romeo = await scene.login('romeo');
    romeo.sends(`<message to='${juliet.jid}'>${MARKER}${displayed('1')}</message>`);
    await juliet.receives(`<message from='${romeo.jid}'>${MARKER}</message>`);
    expect(await itemsOf(juliet, NODE)).toBe('item-not-found');
  });

  test('is on disk before the server says that it has handled the message', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    juliet.sends(`<enable xmlns='urn:xmpp:sm:3'/>`);
    expect((await juliet.next()).name).toBe('enabled');
    juliet.sends(
      `<message to='romeo@elsewhere.example'>${MARKER}${displayed('1')}</message><r xmlns='urn:xmpp:sm:3'/>`,
    );
    for (let isAcknowledged = false; !isAcknowledged; ) isAcknowledged = (await juliet.next()).name === 'a';
    await scene.crash();
    expect(await itemsOf(await scene.login('juliet'), NODE)).toEqual({ 'romeo@elsewhere.example': displayed('1') });
  });
});

test('an account says that its server assists (section 4.5.2)', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const xmlns = 'http://jabber.org/protocol/disco#info';
  const answer = await asks(await scene.login('juliet'), `<iq type='get'><query xmlns='${xmlns}'/></iq>`);
  expect(answer.child('query', xmlns)?.elements.map((feature) => feature.attr('var'))).toContain(
    'urn:xmpp:mds:server-assist:0',
  );
});

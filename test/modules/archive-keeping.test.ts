/** What comes into archives and under which ids: XEP-0313 section 6, XEP-0359, XEP-0334 and what is worth keeping of others. */
import { describe, expect, test } from 'vitest';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { page, stanzaIds } from './archive-steps.ts';
import { enters, opens, ROOM } from './rooms-steps.ts';

/** Both are there and available, Romeo with one device, Juliet with one. */
async function couple(settings?: Readonly<Record<string, unknown>>): Promise<[Scene, SceneClient, SceneClient]> {
  const scene = await openScene({ accounts: ['romeo', 'juliet'], ...(settings && { settings }) });
  const romeo = await scene.login('romeo', 'orchard');
  const juliet = await scene.login('juliet', 'balcony');
  for (const client of [romeo, juliet]) {
    client.sends('<presence/>');
    await client.next();
  }
  return [scene, romeo, juliet];
}

async function idsOf(client: SceneClient): Promise<readonly (string | undefined)[]> {
  return (await page(client)).messages.map(({ message }) => message.attr('id'));
}

const HINTS = `xmlns='urn:xmpp:hints'`;
const CHAT_STATE = `<active xmlns='http://jabber.org/protocol/chatstates'/>`;

describe('both archives have', () => {
  test.each([
    ['a text', 'chat', '<body>Hail</body>'],
    ['a text of type normal', 'normal', '<body>Hail</body>'],
    ['a subject', 'normal', '<subject>News</subject>'],
    ['an encrypted message (XEP-0384)', 'chat', `<encrypted xmlns='urn:xmpp:omemo:2'><header sid='1'/></encrypted>`],
    ['an encrypted message of older clients', 'chat', `<encrypted xmlns='eu.siacs.conversations.axolotl'/>`],
    ['what says that it is encrypted (XEP-0380)', 'chat', `<encryption xmlns='urn:xmpp:eme:0' namespace='x'/>`],
    ['an OpenPGP message (XEP-0374)', 'chat', `<openpgp xmlns='urn:xmpp:openpgp:0'>AA</openpgp>`],
    ['a receipt (XEP-0184 example 4)', 'normal', `<received xmlns='urn:xmpp:receipts' id='richard2'/>`],
    ['a read mark (XEP-0333)', 'chat', `<displayed xmlns='urn:xmpp:chat-markers:0' id='message-1'/>`],
    [
      'a reaction (XEP-0444)',
      'chat',
      `<reactions xmlns='urn:xmpp:reactions:0' id='1'><reaction>👋</reaction></reactions>`,
    ],
    [
      'the announcement of a call (XEP-0353)',
      'chat',
      `<propose xmlns='urn:xmpp:jingle-message:0' id='c'/><store ${HINTS}/>`,
    ],
    ['the end of a call', 'chat', `<finish xmlns='urn:xmpp:jingle-message:0' id='c'/>`],
    ['an invitation to a call (XEP-0482)', 'chat', `<invite xmlns='urn:xmpp:call-invites:0' id='c'/>`],
    ['an invitation to a room (XEP-0249)', 'normal', `<x xmlns='jabber:x:conference' jid='coven@rooms.localhost'/>`],
    ['what should be stored (XEP-0334)', 'chat', `<thing xmlns='urn:example:thing'/><store ${HINTS}/>`],
  ])('%s', async (_, type, inner) => {
    const [scene, romeo, juliet] = await couple();
    await using _scene = scene;
    romeo.sends(`<message to='juliet@localhost' type='${type}' id='m'>${inner}</message>`);
    const received = await juliet.next();
    const [hers] = (await page(juliet)).messages;
    const [his] = (await page(romeo)).messages;
    expect(hers?.message.toXml()).toBe(received.withAttr('to', 'juliet@localhost').toXml());
    expect(stanzaIds(received)).toEqual({ 'juliet@localhost': hers?.id });
    expect(his?.message.attr('id')).toBe('m');
    expect(his?.message.attr('from')).toBe('romeo@localhost/orchard');
    expect(his?.message.elements.map((child) => child.toXml())).toEqual(
      received.elements.slice(0, -1).map((child) => child.toXml()),
    );
    expect(his?.id).not.toBe(hers?.id);
  });
});

describe('neither archive has', () => {
  test.each([
    ['a state of typing alone', 'chat', CHAT_STATE],
    ['a wish for a receipt alone', 'chat', `<request xmlns='urn:xmpp:receipts'/>`],
    ['a headline', 'headline', '<body>News</body>'],
    ['an error', 'error', '<body>Hail</body>'],
    ['the talk of a room', 'groupchat', '<body>Hail</body>'],
    ['what must not be stored', 'chat', `<body>Hush</body><no-store ${HINTS}/>`],
    ['what must not be stored for good', 'chat', `<body>Hush</body><no-permanent-store ${HINTS}/>`],
    ['what must and must not be stored', 'chat', `<body>Hush</body><no-store ${HINTS}/><store ${HINTS}/>`],
    ['an event of a node', 'normal', `<event xmlns='http://jabber.org/protocol/pubsub#event'/>`],
  ])('%s', async (_, type, inner) => {
    const [scene, romeo, juliet] = await couple();
    await using _scene = scene;
    romeo.sends(`<message to='juliet@localhost/balcony' type='${type}' id='m'>${inner}</message>`);
    const received = await juliet.next();
    expect(stanzaIds(received)).toEqual({});
    expect([await idsOf(juliet), await idsOf(romeo)]).toEqual([[], []]);
  });
});

describe('what is refused', () => {
  test('stays in the archive of who said it, and is in no other', async () => {
    const [scene, romeo, juliet] = await couple();
    await using _ = scene;
    await juliet.request(
      `<iq type='set'><block xmlns='urn:xmpp:blocking'><item jid='tybalt@example.org'/></block></iq>`,
    );
    romeo.sends(`<message to='nobody@localhost' type='chat' id='lost'><body>Anybody there?</body></message>`);
    await romeo.receives(
      `<message type='error' id='lost' from='nobody@localhost'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    romeo.sends(`<message to='juliet@localhost/gone' type='normal' id='late'><body>For that device</body></message>`);
    await romeo.next();
    expect(await idsOf(romeo)).toEqual(['lost', 'late']);
    expect(await idsOf(juliet)).toEqual([]);
  });

  test('by blocking is in no archive of who blocks', async () => {
    const [scene, romeo, juliet] = await couple();
    await using _ = scene;
    juliet.sends(`<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='romeo@localhost'/></block></iq>`);
    await juliet.next();
    romeo.sends(`<message to='juliet@localhost' type='chat' id='in'><body>Hail</body></message>`);
    await romeo.next();
    juliet.sends(`<message to='romeo@localhost' type='chat' id='out'><body>Hail</body></message>`);
    await juliet.next();
    expect(await idsOf(juliet)).toEqual([]);
    expect(await idsOf(romeo)).toEqual(['in']);
  });

  test('by a full mailbox is not to be found later', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'], settings: { 'offline.maxMessages': 1 } });
    const romeo = await scene.login('romeo');
    for (const id of ['first', 'second']) {
      romeo.sends(`<message to='juliet@localhost' type='chat' id='${id}'><body>${id}</body></message>`);
    }
    expect((await romeo.next()).attr('id')).toBe('second');
    const juliet = await scene.login('juliet');
    expect(await idsOf(juliet)).toEqual(['first']);
  });
});

describe('a message is archived once', () => {
  test('when several devices get it, by forking or as carbons', async () => {
    const [scene, romeo, juliet] = await couple();
    await using _ = scene;
    const phone = await scene.login('juliet', 'phone');
    const tablet = await scene.login('romeo', 'tablet');
    for (const client of [phone, tablet])
      await client.request(`<iq type='set'><enable xmlns='urn:xmpp:carbons:2'/></iq>`);
    romeo.sends(`<message to='juliet@localhost' type='chat' id='m'><body>Hail</body></message>`);
    const hers = stanzaIds(await juliet.next());
    const carbon = (await phone.next()).child('received', 'urn:xmpp:carbons:2');
    const copied = carbon?.child('forwarded', 'urn:xmpp:forward:0')?.child('message', 'jabber:client');
    expect(copied && stanzaIds(copied)).toEqual(hers);
    const all = await page(juliet);
    expect(all.messages.map(({ id }) => id)).toEqual([hers['juliet@localhost']]);

    // XEP-0313 section 3.4: one's own devices learn the id of what one sent, the recipient does not.
    const sent = (await tablet.next()).child('sent', 'urn:xmpp:carbons:2');
    const own = sent?.child('forwarded', 'urn:xmpp:forward:0')?.child('message', 'jabber:client');
    expect(own && stanzaIds(own)).toEqual({ 'romeo@localhost': (await page(romeo)).first });
    expect(Object.keys(hers)).toEqual(['juliet@localhost']);
  });

  test('when a lost session hands it back', async () => {
    const [scene, romeo, juliet] = await couple();
    await using _ = scene;
    juliet.sends(`<enable xmlns='urn:xmpp:sm:3'/>`);
    await juliet.next();
    romeo.sends(`<message to='juliet@localhost' type='chat' id='m'><body>Hail</body></message>`);
    await romeo.settles();
    await juliet.ends();
    const back = await scene.login('juliet', 'back');
    back.sends('<presence/>');
    await back.next();
    const again = await back.next();
    expect(again.attr('id')).toBe('m');
    const all = await page(back);
    expect(all.messages.map(({ id }) => id)).toEqual([stanzaIds(again)['juliet@localhost']]);
  });

  test('when one writes to oneself', async () => {
    const [scene, romeo] = await couple();
    await using _ = scene;
    romeo.sends(`<message type='chat' id='note'><body>milk</body></message>`);
    const echo = await romeo.next();
    const all = await page(romeo);
    expect(all.messages.map(({ id }) => id)).toEqual([stanzaIds(echo)['romeo@localhost']]);
  });
});

describe('ids (XEP-0359)', () => {
  test('in the name of the recipient are removed, others and origin-ids stay (section 3)', async () => {
    const [scene, romeo, juliet] = await couple();
    await using _ = scene;
    const SID = `xmlns='urn:xmpp:sid:0'`;
    romeo.sends(
      `<message to='juliet@localhost' type='chat'><body>Hail</body><stanza-id ${SID} by='juliet@localhost' id='forged'/>` +
        `<stanza-id ${SID} by='JULIET@LOCALHOST' id='forged'/><stanza-id ${SID} by='romeo@localhost' id='forged'/>` +
        `<stanza-id ${SID} by='room@muc.example.com' id='theirs'/><origin-id ${SID} id='mine'/></message>`,
    );
    const received = await juliet.next();
    const [kept] = (await page(juliet)).messages;
    expect(stanzaIds(received)).toEqual({ 'room@muc.example.com': 'theirs', 'juliet@localhost': kept?.id });
    expect(received.child('origin-id', 'urn:xmpp:sid:0')?.attr('id')).toBe('mine');
  });

  test('are removed from what is not archived as well', async () => {
    const [scene, romeo, juliet] = await couple();
    await using _ = scene;
    const forged = `<stanza-id xmlns='urn:xmpp:sid:0' by='juliet@localhost' id='forged'/>`;
    romeo.sends(`<message to='juliet@localhost' type='chat'>${CHAT_STATE}${forged}</message>`);
    expect(stanzaIds(await juliet.next())).toEqual({});
    romeo.sends(`<message to='juliet@localhost' type='headline'><body>News</body>${forged}</message>`);
    expect(stanzaIds(await juliet.next())).toEqual({});
  });

  test('are not shown to the other side', async () => {
    const [scene, romeo, juliet] = await couple();
    await using _ = scene;
    await scene.login('romeo', 'tablet');
    romeo.sends(`<message to='juliet@localhost' type='chat'><body>Hail</body></message>`);
    expect(Object.keys(stanzaIds(await juliet.next()))).toEqual(['juliet@localhost']);
  });

  test('grow, also over a restart and when the clock goes back, and cannot be guessed', async () => {
    const scene = await openScene({ accounts: ['romeo'] });
    await using _ = scene;
    const speak = async (count: number) => {
      const romeo = await scene.login('romeo', 'orchard');
      for (let i = 0; i < count; i++)
        romeo.sends(`<message to='nurse@localhost' type='chat'><body>${i}</body></message>`);
      for (let i = 0; i < count; i++) await romeo.next();
      return (await page(romeo)).messages.map(({ id }) => id);
    };
    await speak(5);
    await scene.restart();
    scene.clock.advance(-24 * 3_600_000);
    await speak(5);
    await scene.crash();
    const ids = await speak(5);
    expect(ids.length).toBe(15);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids.map((id) => id.slice(14))).size).toBe(15);
  });
});

describe('on disk', () => {
  test('is what was acknowledged, in both archives, when the server is killed', async () => {
    const [scene, romeo, juliet] = await couple();
    await using _ = scene;
    romeo.sends(`<enable xmlns='urn:xmpp:sm:3'/>`);
    await romeo.next();
    for (let i = 0; i < 20; i++)
      romeo.sends(`<message to='juliet@localhost' type='chat' id='${i}'><body>${i}</body></message>`);
    romeo.sends(`<r xmlns='urn:xmpp:sm:3'/>`);
    let element = await romeo.next();
    while (element.name !== 'a') element = await romeo.next();
    expect(element.attr('h')).toBe('20');
    await juliet.next();
    await scene.crash();
    const expected = Array.from({ length: 20 }, (_each, i) => String(i));
    for (const name of ['romeo', 'juliet']) expect(await idsOf(await scene.login(name))).toEqual(expected);
  });
});

test('what was said in private in a room is kept once, however many devices got it', async () => {
  await using scene = await openScene({ accounts: ['crone', 'hag'] });
  const crone = await scene.login('crone', 'desktop');
  await opens(crone, 'firstwitch');
  const devices = [await scene.login('hag', 'pda'), await scene.login('hag', 'broom')];
  for (const device of devices) await enters(device, 'thirdwitch');
  for (const id of ['one', 'two']) {
    crone.sends(
      `<message type='chat' to='${ROOM}/thirdwitch' id='${id}'><body>I'll give thee a wind.</body></message>`,
    );
  }
  const ids: (string | undefined)[][] = [];
  for (const device of devices) {
    const heard: (string | undefined)[] = [];
    while (heard.length < 2) {
      const element = await device.next();
      if (element.name === 'message') heard.push(stanzaIds(element)['hag@localhost']);
    }
    ids.push(heard);
  }
  const [pda = expect.fail('no device')] = devices;
  const { messages } = await page(pda);
  expect(messages.map(({ message }) => message.attr('id'))).toEqual(['one', 'two']);
  expect(ids).toEqual([messages.map(({ id }) => id), messages.map(({ id }) => id)]);
});

describe('with an account', () => {
  test('goes its archive, and the next of that name begins afresh', async () => {
    const [scene, romeo, juliet] = await couple();
    await using _ = scene;
    await juliet.request(
      `<iq type='set'><prefs xmlns='urn:xmpp:mam:2' default='always'><always/><never><jid>tybalt@localhost</jid></never></prefs></iq>`,
    );
    romeo.sends(`<message to='juliet@localhost' type='chat' id='before'><body>Hail</body></message>`);
    await juliet.next();
    await scene.accounts.remove('juliet');
    await scene.accounts.create({ localpart: 'juliet', password: 'juliet-secret', role: 'member' });
    const next = await scene.login('juliet', 'new');
    expect(await idsOf(next)).toEqual([]);
    romeo.sends(`<message to='juliet@localhost/new' type='chat' id='after'><body>Hail</body></message>`);
    await next.next();
    expect(await idsOf(next)).toEqual(['after']);
    expect(await idsOf(romeo)).toEqual(['before', 'after']);
    const prefs = await next.request(`<iq type='get'><prefs xmlns='urn:xmpp:mam:2'/></iq>`);
    expect(prefs.child('prefs', 'urn:xmpp:mam:2')?.child('never')?.children).toEqual([]);
  });
});

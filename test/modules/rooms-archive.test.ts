import { describe, expect, test, vi } from 'vitest';
import { bareJid, parseJid } from '../../server/jid/jid.ts';
import { ARCHIVE } from '../../server/modulehost/services.ts';
import { MemoryRecord } from '../../server/modules/rooms/record.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { asksArchive, LASTING, said, says, textOf } from './rooms-archive-steps.ts';
import {
  codesOf,
  conditionOf,
  configuration,
  coven,
  enters,
  items,
  NS_OWNER,
  NS_USER,
  ROOM,
  submits,
  WITCHES,
} from './rooms-steps.ts';

describe('the archive of a room', () => {
  test('has what was said, once, under the occupant JIDs and under the ids that everybody knows (section 5.1.2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, LASTING);
    await enters(hag, 'thirdwitch');
    await crone.next();
    const ids: (string | undefined)[] = [];
    for (const text of ["Thrice the brinded cat hath mew'd.", 'Thrice and once the hedge-pig whined.']) {
      await says(crone, `<body>${text}</body>`);
      const heard = await hag.next();
      ids.push(heard.child('stanza-id', 'urn:xmpp:sid:0')?.attr('id'));
    }
    const { results, fin } = await asksArchive(hag);
    expect(results.map(({ id }) => id)).toEqual(ids);
    expect(results.map(({ message }) => message.childText('body'))).toEqual([
      "Thrice the brinded cat hath mew'd.",
      'Thrice and once the hedge-pig whined.',
    ]);
    for (const { message, delay, outer } of results) {
      expect([message.attr('from'), message.attr('to'), message.attr('type')]).toEqual([
        `${ROOM}/firstwitch`,
        undefined,
        'groupchat',
      ]);
      expect(delay?.attr('stamp')).toMatch(/^2026-/);
      expect(outer.attr('from')).toBe(ROOM);
    }
    expect(fin.attr('complete')).toBe('true');
  });

  test('shows real JIDs to moderators, and to others where everybody sees them', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca } = await coven(scene, LASTING);
    await says(crone, '<body>hidden</body>');
    const jids = async (client: SceneClient) =>
      (await asksArchive(client)).results.map(({ message }) => message.child('x', NS_USER)?.child('item')?.attr('jid'));
    expect(await jids(wicca)).toEqual([undefined]);
    expect(await jids(crone)).toEqual(['crone@localhost/desktop']);
    await submits(crone, configuration({ 'muc#roomconfig_whois': 'anyone' }));
    await crone.next();
    await says(crone, '<body>shown</body>');
    // What was written before stays as it was.
    expect(await jids(wicca)).toEqual([undefined, 'crone@localhost/desktop']);
  });

  test('takes no word of an occupant for who wrote it', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, { ...LASTING, 'muc#roomconfig_whois': 'anyone' });
    await says(
      crone,
      `<body>hm</body><x xmlns='${NS_USER}'><item jid='wicca@localhost/laptop' affiliation='owner'/></x>`,
    );
    const [result] = (await asksArchive(crone)).results;
    const authors = result?.message.elements.filter(({ xmlns }) => xmlns === NS_USER);
    expect(authors?.map((x) => x.child('item')?.attr('jid'))).toEqual(['crone@localhost/desktop']);
  });

  test('is read by whoever may enter, from outside too', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, LASTING);
    await says(crone, '<body>Thrice</body>');
    expect(await said(hag)).toEqual(['Thrice']);
    crone.sends(
      `<iq type='set' id='b' to='${ROOM}'>${items(`<item affiliation='outcast' jid='hag@localhost'/>`)}</iq>`,
    );
    await crone.next();
    await crone.next();
    expect(conditionOf((await asksArchive(hag)).fin)).toBe('forbidden');
  });

  test('of a members-only room is for members (section 5.1.2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag, wicca } = await coven(scene, { ...LASTING, 'muc#roomconfig_membersonly': '1' });
    await says(crone, '<body>Thrice</body>');
    expect(conditionOf((await asksArchive(hag)).fin)).toBe('forbidden');
    crone.sends(
      `<iq type='set' id='m' to='${ROOM}'>${items(`<item affiliation='member' jid='wicca@localhost'/>`)}</iq>`,
    );
    await crone.next();
    await crone.next();
    expect(await said(wicca)).toEqual(['Thrice']);
  });

  test('of a room with a password is for those who have shown that they know it', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { ...LASTING, 'muc#roomconfig_roomsecret': 'cauldronburn' });
    await says(crone, '<body>Thrice</body>');
    expect(conditionOf((await asksArchive(hag)).fin)).toBe('forbidden');
    await enters(hag, 'thirdwitch', '<password>cauldronburn</password>');
    expect(await said(hag)).toEqual(['Thrice']);
  });

  test('is nobody’s where the room is not open yet, or temporary', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    expect(conditionOf((await asksArchive(crone)).fin)).toBe('service-unavailable');
    const other = 'cave@rooms.localhost';
    crone.sends(`<presence to='${other}/x'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await crone.next();
    await crone.next();
    expect(conditionOf((await asksArchive(hag, '', other)).fin)).toBe('item-not-found');
  });

  test('has the subjects, reactions, corrections, markers and encrypted messages, and nothing that passes', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, LASTING);
    const kept = [
      '<subject>Fire Burn</subject>',
      `<reactions xmlns='urn:xmpp:reactions:0' id='x'><reaction>1</reaction></reactions>`,
      `<body>better</body><replace xmlns='urn:xmpp:message-correct:0' id='x'/>`,
      `<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>`,
      `<encrypted xmlns='urn:xmpp:omemo:2'/><store xmlns='urn:xmpp:hints'/>`,
    ];
    const passing = [
      `<composing xmlns='http://jabber.org/protocol/chatstates'/>`,
      `<composing xmlns='http://jabber.org/protocol/chatstates'/><thread>t</thread>`,
      `<received xmlns='urn:xmpp:receipts' id='x'/>`,
      `<received xmlns='urn:xmpp:chat-markers:0' id='x'/>`,
      `<body>secret</body><no-store xmlns='urn:xmpp:hints'/>`,
      `<body>secret</body><no-permanent-store xmlns='urn:xmpp:hints'/>`,
      '',
    ];
    for (const content of kept) {
      const heard = await says(crone, content);
      expect(heard.child('stanza-id', 'urn:xmpp:sid:0'), content).toBeDefined();
    }
    for (const content of passing) {
      const heard = await says(crone, content);
      // Clients go on from the last id they know: it must be one that the archive knows.
      expect(heard.child('stanza-id', 'urn:xmpp:sid:0'), content).toBeUndefined();
    }
    const { results } = await asksArchive(crone);
    expect(results.map(({ message }) => message.elements[0]?.name)).toEqual([
      'subject',
      'reactions',
      'body',
      'displayed',
      'encrypted',
    ]);
  });

  test('has no private messages and nothing that the room refused (section 5.1.2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { ...LASTING, 'muc#roomconfig_moderatedroom': '1' });
    await enters(hag, 'thirdwitch');
    await crone.next();
    hag.sends(`<message type='chat' to='${ROOM}/firstwitch'><body>psst</body></message>`);
    await crone.next();
    hag.sends(`<message type='groupchat' to='${ROOM}'><body>without voice</body></message>`);
    expect(conditionOf(await hag.next())).toBe('forbidden');
    expect(await said(crone)).toEqual([]);
  });

  test('is announced where there is one', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, LASTING);
    const features = async () => {
      const info = await crone.request(
        `<iq type='get' to='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
      );
      const query = info.child('query', 'http://jabber.org/protocol/disco#info');
      return (query?.elements ?? []).flatMap((each) => (each.name === 'feature' ? [each.attr('var')] : []));
    };
    expect(await features()).toEqual(
      expect.arrayContaining(['urn:xmpp:mam:2', 'urn:xmpp:mam:2#extended', 'urn:xmpp:sid:0']),
    );
    expect(new Set(await features()).size).toBe((await features()).length);
    await submits(crone, configuration({ 'muc#roomconfig_enablearchiving': '0' }));
    await crone.next();
    expect(await features()).not.toContain('urn:xmpp:mam:2');
  });

  test('is on disk when the server stops, as are history and subject', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, LASTING);
    await says(crone, '<subject>Fire Burn</subject>');
    await says(crone, '<body>Thrice</body>');
    await scene.restart();
    const hag = await scene.login('hag', 'pda');
    const heard = await enters(hag, 'thirdwitch');
    expect(heard.slice(-2).map(textOf)).toEqual(['Thrice', 'Fire Burn']);
    expect((await asksArchive(hag)).results.map(({ message }) => textOf(message))).toEqual(['Fire Burn', 'Thrice']);
  });
});

const roomJid = parseJid(ROOM) ?? expect.fail('this is no JID');

describe('archiving', () => {
  test('is offered in the configuration, and what new rooms have is a setting', async () => {
    await using scene = await openScene({ accounts: WITCHES, settings: { 'rooms.archivedByDefault': false } });
    const { crone } = await coven(scene, LASTING);
    const form = await crone.request(`<iq type='get' to='${ROOM}'><query xmlns='${NS_OWNER}'/></iq>`);
    const fields = form.child('query', NS_OWNER)?.child('x', 'jabber:x:data')?.elements ?? [];
    const field = fields.find((each) => each.attr('var') === 'muc#roomconfig_enablearchiving');
    expect(field?.childText('value')).toBe('0');
  });

  test('leaves nothing behind when it is switched off, and begins afresh when it is switched on', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag, wicca } = await coven(scene, { ...LASTING, 'muc#maxhistoryfetch': '1' });
    await says(crone, '<body>one</body>');
    await says(crone, '<body>two</body>');
    const switched = async (value: string) => {
      await submits(crone, configuration({ 'muc#roomconfig_enablearchiving': value }));
      return codesOf(await crone.next());
    };
    // Everybody may read an open room: they are told (XEP-0045 section 10.2.1).
    expect(await switched('0')).toEqual(['104', '171']);
    expect(conditionOf((await asksArchive(hag)).fin)).toBe('service-unavailable');
    expect((await enters(hag, 'thirdwitch')).map(textOf)).toContain('two');
    await crone.next();
    expect(await switched('1')).toEqual(['104', '170']);
    await hag.next();
    expect(await said(wicca)).toEqual(['two']);
  });

  test('is told to those who enter a room that everybody may read (XEP-0045 section 7.2.12)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, LASTING);
    const own = async (client: SceneClient, nick: string) =>
      codesOf((await enters(client, nick)).find((each) => each.attr('from') === `${ROOM}/${nick}`) ?? expect.fail());
    expect(await own(hag, 'thirdwitch')).toEqual(['170', '110']);
    await crone.next();
    await submits(crone, configuration({ 'muc#roomconfig_roomsecret': 'cauldronburn' }));
    hag.sends(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
  });

  test('ends with the room, and nobody who opens another one of that name finds it', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, LASTING);
    await says(crone, '<body>Thrice</body>');
    crone.sends(`<iq type='set' id='d' to='${ROOM}'><query xmlns='${NS_OWNER}'><destroy/></query></iq>`);
    await crone.next();
    expect((await crone.next()).attr('type')).toBe('result');
    expect(conditionOf((await asksArchive(hag)).fin)).toBe('item-not-found');
    const archive = scene.server.host.find(ARCHIVE) ?? expect.fail('nobody provides the archive');
    expect(archive.latest(ROOM, 10)).toEqual([]);
    const lost = parseXml(`<message xmlns='jabber:client' type='groupchat'><body>lost</body></message>`);
    archive.keep(ROOM, bareJid(roomJid), { id: archive.newId(), atMs: scene.clock.now(), element: lost });
    await enters(hag, 'thirdwitch');
    await submits(hag, configuration(LASTING));
    expect(await said(hag)).toEqual([]);
  });

  test('leaves nothing of a room that was being removed when the server died', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, LASTING);
    await says(crone, '<body>Thrice</body>');
    await scene.crash();
    const kept = () => scene.server.host.find(ARCHIVE)?.latest(ROOM, 10).length;
    expect(kept()).toBe(1);
    // As far as it had come: the room is gone, its archive is not.
    await scene.database.writer.write([
      { sql: 'DELETE FROM rooms_room', params: [] },
      { sql: 'INSERT INTO rooms_leftover (room) VALUES (?)', params: ['coven'] },
    ]);
    await scene.crash();
    await scene.restart();
    expect(kept()).toBe(0);
    expect(scene.database.reader.all('SELECT * FROM rooms_leftover')).toEqual([]);
  });

  test('begins with what newcomers are shown when a temporary room is to stay', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    await says(crone, '<body>before</body>');
    await submits(crone, configuration(LASTING));
    await crone.next();
    await says(crone, '<body>after</body>');
    expect(await said(crone)).toEqual(['before', 'after']);
  });
});

test('a room without an archive remembers little', () => {
  const record = new MemoryRecord(() => 3);
  const element = parseXml(`<message xmlns='jabber:client'/>`);
  for (let i = 0; i < 100; i++) record.keep(roomJid, { id: String(i), atMs: i, element });
  expect(record.latest(100).map(({ id }) => id)).toEqual(['94', '95', '96', '97', '98', '99']);
  expect([record.find('93'), record.replace('93', element), record.replace('99', element)]).toEqual([
    undefined,
    false,
    true,
  ]);
  expect(new MemoryRecord(() => 0).latest(0)).toEqual([]);
});

test('a page waits until its client has read what came before', async () => {
  await using scene = await openScene({ accounts: WITCHES });
  const { crone, wicca } = await coven(scene, LASTING);
  await says(crone, '<body>Thrice</body>');
  const session = scene.server.sessions.get('crone', 'desktop') ?? expect.fail('no session');
  const stream = session.stream ?? expect.fail('no stream');
  const buffered = vi.spyOn(stream, 'bufferedBytes', 'get').mockReturnValue(1024 * 1024);
  const sends = vi.spyOn(session.outbox, 'send');
  const asked = asksArchive(crone);
  await wicca.settles();
  scene.clock.advance(200);
  await wicca.settles();
  expect(sends).not.toHaveBeenCalled();
  buffered.mockRestore();
  scene.clock.advance(200);
  expect((await asked).results.map(({ message }) => textOf(message))).toEqual(['Thrice']);
});

test('nobody speaks in the name of the room, however it is spelled', async () => {
  await using scene = await openScene({ accounts: WITCHES });
  const { crone } = await coven(scene, LASTING);
  const heard = await says(
    crone,
    `<body>Thrice</body><stanza-id xmlns='urn:xmpp:sid:0' by='Coven@ROOMS.localhost' id='forged'/><delay xmlns='urn:xmpp:delay' from='COVEN@rooms.localhost' stamp='2002-10-13T23:58:37Z'/><stanza-id xmlns='urn:xmpp:sid:0' by='other.example' id='of-another'/>`,
  );
  expect(heard.child('delay', 'urn:xmpp:delay')).toBeUndefined();
  const ids = heard.elements.filter(({ name }) => name === 'stanza-id');
  expect(ids.map((each) => each.attr('by'))).toEqual(['other.example', ROOM]);
});

describe('the history for those who enter', () => {
  test('is of the discussion: reactions, markers and subjects between do not shorten it', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { ...LASTING, 'muc#maxhistoryfetch': '2' });
    for (const text of ['one', 'two', 'three']) {
      await says(crone, `<body>${text}</body>`);
      for (let i = 0; i < 4; i++) await says(crone, `<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>`);
      await says(crone, `<subject>${text}</subject><store xmlns='urn:xmpp:hints'/>`);
    }
    const heard = (await enters(hag, 'thirdwitch')).filter(({ name }) => name === 'message');
    expect(heard.map(textOf)).toEqual(['two', 'three', 'three']);
    expect(heard.map((each) => each.child('x', NS_USER))).toEqual([undefined, undefined, undefined]);
  });
});

/** Rooms for people of another server, and our people in rooms elsewhere (XEP-0045). */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../../server/xml/element.ts';
import type { SceneClient } from '../../scene/scene-client.ts';
import { asks, heard, TwoServers } from '../../scene/two-servers.ts';
import { codesOf, configuration, itemOf, NS_ADMIN, NS_MUC, NS_USER } from '../rooms-steps.ts';
import { conditionOf, messages, presences } from './remote-steps.ts';

const ROOM = 'coven@rooms.b.example';
const MAM = 'urn:xmpp:mam:2';

const join = (client: SceneClient, nick: string, inside = '', room = ROOM) =>
  client.sends(`<presence to='${room}/${nick}'><x xmlns='${NS_MUC}'>${inside}</x></presence>`);

const says = (client: SceneClient, body: string) =>
  client.sends(`<message to='${ROOM}' type='groupchat' id='${body}'><body>${body}</body></message>`);

const affiliates = (client: SceneClient, jid: string, affiliation: string) =>
  asks(
    client,
    `<iq type='set' to='${ROOM}'><query xmlns='${NS_ADMIN}'><item jid='${jid}' affiliation='${affiliation}'/></query></iq>`,
  );

/** Crone of b has opened the room; Hag of a is in it. */
async function coven(fields: Readonly<Record<string, string>> = {}) {
  const two = await TwoServers.open({ accounts: ['hag', 'wicca', 'crone'] }, { accounts: ['crone', 'hecate'] });
  const crone = await two.login('crone', 'b', 'desktop');
  join(crone, 'first');
  await heard(two, crone);
  await asks(
    crone,
    `<iq type='set' to='${ROOM}'>${configuration({ 'muc#roomconfig_persistentroom': '1', ...fields })}</iq>`,
  );
  const hag = await two.login('hag', 'a', 'pda');
  hag.sends('<presence/>');
  join(hag, 'third');
  const entered = await heard(two, hag);
  await heard(two, crone);
  return { two, crone, hag, entered };
}

const last = (elements: readonly Element[]) => elements.at(-1);

describe('somebody from another server', () => {
  test('enters, sees who is there, hears what was said and the subject', async () => {
    const { two, crone, entered } = await coven();
    await using _ = two;
    expect(presences(entered).slice(-2)).toEqual([`available ${ROOM}/first`, `available ${ROOM}/third`]);
    crone.sends(`<message to='${ROOM}' type='groupchat'><subject>Fire Burn</subject></message>`);
    says(crone, 'Double');
    await heard(two, crone);
    const wicca = await two.login('wicca', 'a');
    join(wicca, 'second');
    const came = (await heard(two, wicca)).filter(({ name }) => name === 'message');
    expect(came.map((message) => message.childText('body') ?? message.childText('subject'))).toEqual([
      'Double',
      'Fire Burn',
    ]);
    expect(came[0]?.child('delay', 'urn:xmpp:delay')?.attr('from')).toBe(ROOM);
  });

  test('talks with all, and in private with one', async () => {
    const { two, crone, hag } = await coven();
    await using _ = two;
    says(hag, 'Toil');
    expect(messages(await heard(two, crone))).toEqual([`${ROOM}/third: Toil`]);
    expect(messages(await heard(two, hag))).toEqual([`${ROOM}/third: Toil`]);
    crone.sends(`<message to='${ROOM}/third' type='chat'><body>Psst</body></message>`);
    expect(messages(await heard(two, hag))).toEqual([`${ROOM}/first: Psst`]);
    hag.sends(`<message to='${ROOM}/first' type='chat'><body>What?</body></message>`);
    expect(messages(await heard(two, crone))).toEqual([`${ROOM}/third: What?`]);
  });

  test('is told to be in, or not any more, when asking itself (XEP-0410)', async () => {
    const { two, crone, hag } = await coven();
    await using _ = two;
    const ping = `<iq type='get' to='${ROOM}/third'><ping xmlns='urn:xmpp:ping'/></iq>`;
    expect((await asks(hag, ping)).attr('type')).toBe('result');
    await asks(
      crone,
      `<iq type='set' to='${ROOM}'><query xmlns='${NS_ADMIN}'><item nick='third' role='none'/></query></iq>`,
    );
    const gone = (await heard(two, hag)).find((element) => element.attr('type') === 'unavailable');
    expect(gone && codesOf(gone)).toContain('307');
    expect(conditionOf(await asks(hag, ping))).toBe('not-acceptable');
  });

  test('is banned, alone or with the whole server, and stays out', async () => {
    const { two, crone, hag } = await coven();
    await using _ = two;
    await affiliates(crone, 'a.example', 'outcast');
    const gone = (await heard(two, hag)).find((element) => element.attr('type') === 'unavailable');
    expect(gone && codesOf(gone)).toContain('301');
    const wicca = await two.login('wicca', 'a');
    for (const client of [hag, wicca]) {
      join(client, 'again');
      expect(conditionOf(last(await heard(two, client)))).toBe('forbidden');
    }
  });

  test('becomes a member and an admin, and administers', async () => {
    const { two, crone, hag } = await coven();
    await using _ = two;
    await affiliates(crone, 'hag@a.example', 'admin');
    const told = (await heard(two, hag)).find(({ name }) => name === 'presence');
    expect(told && itemOf(told)).toContain('admin moderator');
    expect((await affiliates(hag, 'wicca@a.example', 'member')).attr('type')).toBe('result');
    const list = await asks(
      hag,
      `<iq type='get' to='${ROOM}'><query xmlns='${NS_ADMIN}'><item affiliation='member'/></query></iq>`,
    );
    expect(list.elements[0]?.elements.map((item) => item.attr('jid'))).toContain('wicca@a.example');
  });

  test('with the name of the owner is nobody special', async () => {
    const { two } = await coven({ 'muc#roomconfig_membersonly': '1' });
    await using _ = two;
    const impostor = await two.login('crone', 'a', 'desktop');
    join(impostor, 'other');
    expect(conditionOf(last(await heard(two, impostor)))).toBe('registration-required');
    const asked = await asks(
      impostor,
      `<iq type='get' to='${ROOM}'><query xmlns='http://jabber.org/protocol/muc#owner'/></iq>`,
    );
    expect(conditionOf(asked)).toBe('forbidden');
  });

  test('does not open rooms, unless everybody may', async () => {
    const { two, hag } = await coven();
    await using _ = two;
    join(hag, 'x', '', 'lair@rooms.b.example');
    expect(conditionOf(last(await heard(two, hag)))).toBe('not-allowed');
    await two.b.scene.config.set('rooms.creation', 'everybody');
    join(hag, 'x', '', 'lair@rooms.b.example');
    const own = (await heard(two, hag)).find(({ name }) => name === 'presence');
    expect(own && codesOf(own)).toContain('201');
  });

  test('is gone for the others once their server cannot be reached any more', async () => {
    const { two, crone } = await coven();
    await using _ = two;
    two.isJoined = false;
    says(crone, 'Anybody');
    const came = await heard(two, crone);
    expect(presences(came)).toEqual([`unavailable ${ROOM}/third`]);
    const gone = came.find(({ name }) => name === 'presence');
    expect(gone && codesOf(gone)).toContain('333');
  });

  test('whose client vanishes is gone as well', async () => {
    const { two, crone, hag } = await coven();
    await using _ = two;
    hag.drops();
    expect(presences(await heard(two, crone))).toEqual([`unavailable ${ROOM}/third`]);
  });

  test('reads the history of a room as a member, and not as a stranger to a room for members', async () => {
    const { two, crone, hag } = await coven({ 'muc#roomconfig_membersonly': '0' });
    await using _ = two;
    says(crone, 'Double');
    await heard(two, hag);
    const read = `<iq type='set' to='${ROOM}'><query xmlns='${MAM}'/></iq>`;
    expect((await asks(hag, read)).child('fin', MAM)).toBeDefined();
    expect(messages(await heard(two, hag)).length).toBeGreaterThan(0);
    await asks(
      crone,
      `<iq type='set' to='${ROOM}'>${configuration({ 'muc#roomconfig_persistentroom': '1', 'muc#roomconfig_membersonly': '1' })}</iq>`,
    );
    const wicca = await two.login('wicca', 'a');
    expect(conditionOf(await asks(wicca, read))).toMatch(/forbidden|registration-required/);
  });

  test('who is a member and away is told when mentioned (XEP-0452)', async () => {
    const { two, crone, hag } = await coven();
    await using _ = two;
    await affiliates(crone, 'hag@a.example', 'member');
    await heard(two, hag);
    await asks(
      hag,
      `<iq type='set' to='${ROOM}'><query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#register</value></field><field var='muc#register_roomnick'><value>third</value></field></x></query></iq>`,
    );
    hag.sends(`<presence to='${ROOM}/third' type='unavailable'/>`);
    await heard(two, hag);
    crone.sends(`<message to='${ROOM}' type='groupchat'><body>third: come</body></message>`);
    const [told] = await heard(two, hag);
    expect(told?.attr('from')).toBe(ROOM);
    expect(told?.child('mentions', 'urn:xmpp:mmn:0')).toBeDefined();
  });

  test('asks what there is, and sees no hidden room', async () => {
    const { two, crone, hag } = await coven({ 'muc#roomconfig_publicroom': '0' });
    await using _ = two;
    const list = () =>
      asks(hag, `<iq type='get' to='rooms.b.example'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`);
    const rooms = (answer: Element) => answer.elements[0]?.elements.map((item) => item.attr('jid'));
    expect(rooms(await list())).toEqual([]);
    await asks(
      crone,
      `<iq type='set' to='${ROOM}'>${configuration({ 'muc#roomconfig_persistentroom': '1', 'muc#roomconfig_publicroom': '1' })}</iq>`,
    );
    expect(rooms(await list())).toEqual([ROOM]);
    const info = await asks(
      hag,
      `<iq type='get' to='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    expect(info.elements[0]?.elements.map((child) => child.attr('var'))).toContain(NS_MUC);
  });
});

describe('an invitation', () => {
  test('through the room reaches somebody elsewhere, who may decline', async () => {
    const { two, crone } = await coven();
    await using _ = two;
    const wicca = await two.login('wicca', 'a');
    wicca.sends('<presence/>');
    crone.sends(
      `<message to='${ROOM}'><x xmlns='${NS_USER}'><invite to='wicca@a.example'><reason>Come</reason></invite></x></message>`,
    );
    const invited = (await heard(two, wicca)).find(({ name }) => name === 'message');
    const inviter = invited?.child('x', NS_USER)?.child('invite')?.attr('from');
    expect([invited?.attr('from'), inviter]).toEqual([ROOM, `${ROOM}/first`]);
    wicca.sends(
      `<message to='${ROOM}'><x xmlns='${NS_USER}'><decline to='${inviter}'><reason>No</reason></decline></x></message>`,
    );
    const declined = (await heard(two, crone)).find(({ name }) => name === 'message');
    expect(declined?.child('x', NS_USER)?.child('decline')?.attr('from')).toContain('wicca@a.example');
  });

  test('goes directly as well (XEP-0249)', async () => {
    const { two, crone } = await coven();
    await using _ = two;
    const wicca = await two.login('wicca', 'a');
    wicca.sends('<presence/>');
    crone.sends(`<message to='wicca@a.example'><x xmlns='jabber:x:conference' jid='${ROOM}'/></message>`);
    const invited = (await heard(two, wicca)).find(({ name }) => name === 'message');
    expect(invited?.child('x', 'jabber:x:conference')?.attr('jid')).toBe(ROOM);
  });
});

describe('one of ours in a room elsewhere', () => {
  test('hears the room at the device that is in it; private words go to the others as copies only where they may', async () => {
    const { two, crone, hag } = await coven();
    await using _ = two;
    const phone = await two.login('hag', 'a', 'phone');
    phone.sends('<presence/>');
    await asks(phone, `<iq type='set'><enable xmlns='urn:xmpp:carbons:2'/></iq>`);
    await heard(two, phone);
    says(crone, 'Double');
    crone.sends(`<message to='${ROOM}/third' type='chat'><body>Psst</body><x xmlns='${NS_USER}'/></message>`);
    expect(messages(await heard(two, hag))).toEqual([`${ROOM}/first: Double`, `${ROOM}/first: Psst`]);
    expect(messages(await heard(two, phone))).toEqual([]);
  });

  test('has not the room’s words in the own archive', async () => {
    const { two, crone, hag } = await coven();
    await using _ = two;
    says(crone, 'Double');
    says(hag, 'Toil');
    await heard(two, hag);
    await asks(hag, `<iq type='set'><query xmlns='${MAM}'/></iq>`);
    expect(messages(await heard(two, hag))).toEqual([]);
  });

  test('is out, and knows it, when federation is switched off here', async () => {
    const { two, crone, hag } = await coven();
    await using _ = two;
    await two.a.scene.config.set('federation.enabled', false);
    await two.a.federation.follow();
    const gone = (await heard(two, hag)).find((element) => element.attr('from') === `${ROOM}/third`);
    expect([gone?.attr('type'), gone && codesOf(gone)[0]]).toEqual(['unavailable', '110']);
    expect(presences(await heard(two, crone))).toEqual([`unavailable ${ROOM}/third`]);
  });
});

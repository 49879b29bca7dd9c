/** Owners: configuration, destruction, what is told to everybody who asks, what stays (XEP-0045 sections 6 and 10). */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import {
  asks,
  codesOf,
  conditionOf,
  configuration,
  coven,
  enters,
  itemOf,
  items,
  NS_ADMIN,
  NS_MUC,
  NS_OWNER,
  NS_USER,
  ROOM,
  submits,
  WITCHES,
} from './rooms-steps.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const ITEMS = 'http://jabber.org/protocol/disco#items';

async function form(client: SceneClient): Promise<ReadonlyMap<string, readonly string[]>> {
  const answer = await client.request(`<iq type='get' to='${ROOM}'><query xmlns='${NS_OWNER}'/></iq>`);
  return fieldsOf(answer.elements[0]?.child('x', 'jabber:x:data'));
}

function fieldsOf(x: Element | undefined): ReadonlyMap<string, readonly string[]> {
  const fields = x?.elements.filter(({ name }) => name === 'field') ?? [];
  return new Map(
    fields.map((field) => [
      field.attr('var') ?? '',
      field.elements.filter(({ name }) => name === 'value').map((value) => value.text()),
    ]),
  );
}

async function info(client: SceneClient, to: string) {
  const query = (await client.request(`<iq type='get' to='${to}'><query xmlns='${INFO}'/></iq>`)).elements[0];
  return {
    features: query?.elements.filter(({ name }) => name === 'feature').map((feature) => feature.attr('var')) ?? [],
    identity: query?.child('identity'),
    fields: fieldsOf(query?.child('x', 'jabber:x:data')),
  };
}

async function itemsOf(client: SceneClient, to: string) {
  const answer = await client.request(`<iq type='get' to='${to}'><query xmlns='${ITEMS}'/></iq>`);
  return answer.elements[0]?.elements.map((item) => item.attr('jid'));
}

describe('configuration', () => {
  test('is a form with what is configured now, for owners only (examples 163 to 165)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { 'muc#roomconfig_roomname': 'A Dark Cave' });
    const fields = await form(crone);
    expect(fields.get('FORM_TYPE')).toEqual([`${NS_MUC}#roomconfig`]);
    expect(fields.get('muc#roomconfig_roomname')).toEqual(['A Dark Cave']);
    expect(fields.get('muc#roomconfig_roomowners')).toEqual(['crone@localhost']);
    expect(conditionOf(await hag.request(`<iq type='get' to='${ROOM}'><query xmlns='${NS_OWNER}'/></iq>`))).toBe(
      'forbidden',
    );
    expect(conditionOf(await submits(hag, configuration({})))).toBe('forbidden');
  });

  test.for([
    ['muc#roomconfig_roomname', 'Cave'],
    ['muc#roomconfig_roomdesc', 'Dark'],
    ['muc#roomconfig_lang', 'en'],
    ['muc#roomconfig_persistentroom', '1'],
    ['muc#roomconfig_publicroom', '0'],
    ['muc#roomconfig_roomsecret', 'cauldronburn'],
    ['muc#roomconfig_maxusers', '20'],
    ['muc#roomconfig_membersonly', '1'],
    ['muc#roomconfig_moderatedroom', '1'],
    ['muc#roomconfig_whois', 'anyone'],
    ['muc#roomconfig_changesubject', '1'],
    ['muc#roomconfig_allowinvites', '0'],
    ['muc#roomconfig_allowpm', 'moderators'],
    ['muc#roomconfig_getmemberlist', 'moderator'],
    ['muc#roomconfig_presencebroadcast', 'moderator'],
    ['muc#maxhistoryfetch', '7'],
  ] as const)('%s is kept as %s', async ([name, value]) => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, { [name]: value });
    expect((await form(crone)).get(name)).toEqual([value]);
  });

  test.for([
    [{ 'muc#roomconfig_passwordprotectedroom': '1' }, 'not-acceptable'],
    [{ 'muc#roomconfig_whois': 'nobody' }, 'not-acceptable'],
    [{ 'muc#roomconfig_allowpm': 'x' }, 'not-acceptable'],
    [{ 'muc#roomconfig_maxusers': 'many' }, 'not-acceptable'],
    [{ 'muc#roomconfig_lang': 'not a language' }, 'not-acceptable'],
    [{ 'muc#maxhistoryfetch': '-1' }, 'not-acceptable'],
    [{ 'muc#roomconfig_roomname': 'x'.repeat(201) }, 'not-acceptable'],
    [{ 'muc#roomconfig_roomadmins': '@' }, 'not-acceptable'],
    [{ 'muc#roomconfig_roomowners': [] }, 'conflict'],
    [{ FORM_TYPE: 'else' }, 'bad-request'],
  ] as const)('%o is refused: %s', async ([fields, condition]) => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    const before = await form(crone);
    expect(conditionOf(await submits(crone, configuration(fields)))).toBe(condition);
    expect(await form(crone)).toEqual(before);
  });

  test('a change is told to all, and a cancelled one changes nothing (section 10.2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    await submits(crone, configuration({ 'muc#roomconfig_whois': 'anyone', 'muc#roomconfig_roomdesc': 'x' }));
    expect(codesOf(await crone.next())).toEqual(['104', '172']);
    expect(codesOf(await hag.next())).toEqual(['104', '172']);
    await submits(crone, configuration({ 'muc#roomconfig_whois': 'moderators' }));
    expect(codesOf(await hag.next())).toEqual(['173']);
    await crone.next();
    await submits(crone, `<query xmlns='${NS_OWNER}'><x xmlns='jabber:x:data' type='cancel'/></query>`);
    await submits(crone, configuration({}));
    await hag.receivesNothing();
  });

  test('a room that becomes members-only removes the others (section 10.2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    crone.sends(`<iq type='set' id='c' to='${ROOM}'>${configuration({ 'muc#roomconfig_membersonly': '1' })}</iq>`);
    expect(codesOf(await hag.next())).toEqual(['322', '110']);
    expect(codesOf(await crone.next())).toEqual(['322']);
    await crone.receives(`<iq type='result' id='c'/>`);
    expect(codesOf(await crone.next())).toEqual(['104']);
  });

  test('invitations in a members-only room are for admins until an owner says otherwise', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    const open = await form(crone);
    expect(open.get('muc#roomconfig_allowinvites')).toEqual(['1']);
    // A client sends the whole form back with one thing changed.
    const all = Object.fromEntries([...open].filter(([name]) => name !== 'FORM_TYPE'));
    await submits(crone, configuration({ ...all, 'muc#roomconfig_membersonly': '1' }));
    await crone.next();
    expect((await form(crone)).get('muc#roomconfig_allowinvites')).toEqual(['0']);
  });

  test('the lists of owners and admins are complete lists (section 10.2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    const lists = configuration({
      'muc#roomconfig_roomadmins': ['wicca@localhost', 'hag@localhost'],
      'muc#roomconfig_roomowners': ['crone@localhost', 'wicca@localhost'],
    });
    crone.sends(`<iq type='set' id='l' to='${ROOM}'>${lists}</iq>`);
    const told = [itemOf(await crone.next()), itemOf(await crone.next())];
    expect(told.sort()).toEqual(['admin hag@localhost', 'owner wicca@localhost']);
    await crone.receives(`<iq type='result' id='l'/>`);
    const fields = await form(crone);
    expect(fields.get('muc#roomconfig_roomadmins')).toEqual(['hag@localhost']);
    expect(fields.get('muc#roomconfig_roomowners')).toEqual(['crone@localhost', 'wicca@localhost']);
    await enters(hag, 'thirdwitch');
    await crone.next();
    crone.sends(`<iq type='set' id='c' to='${ROOM}'>${configuration({ 'muc#roomconfig_roomadmins': [] })}</iq>`);
    expect(itemOf(await hag.next())).toBe('none participant hag@localhost/pda');
  });

  test('presence of those who are not to be seen is seen by themselves only', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await coven(scene, { 'muc#roomconfig_presencebroadcast': 'moderator' });
    await enters(wicca, 'secondwitch');
    expect((await enters(hag, 'thirdwitch')).map((each) => each.attr('from'))).toEqual([
      `${ROOM}/firstwitch`,
      `${ROOM}/thirdwitch`,
      ROOM,
    ]);
    await crone.receivesNothing();
    const all = configuration({ 'muc#roomconfig_presencebroadcast': ['moderator', 'participant', 'visitor'] });
    crone.sends(`<iq type='set' id='p' to='${ROOM}'>${all}</iq>`);
    expect((await wicca.next()).attr('from')).toBe(`${ROOM}/secondwitch`);
    expect((await wicca.next()).attr('from')).toBe(`${ROOM}/thirdwitch`);
  });

  test('members who are not there are shown where the room wants it (status codes 102 and 103)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    crone.sends(
      `<iq type='set' id='m' to='${ROOM}'>${items(`<item affiliation='member' jid='wicca@localhost' nick='secondwitch'/>`)}</iq>`,
    );
    await crone.next();
    await crone.next();
    await submits(
      crone,
      configuration({ 'muc#roomconfig_presencebroadcast': ['moderator', 'participant', 'visitor', 'none'] }),
    );
    expect(codesOf(await crone.next())).toEqual(['102']);
    const [, absent] = await enters(hag, 'thirdwitch');
    expect([absent?.attr('type'), itemOf(absent ?? expect.fail())]).toEqual(['unavailable', 'member none']);
  });
});

describe('destroying a room (section 10.9)', () => {
  test('tells everybody where to go, once, and is for owners', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { 'muc#roomconfig_persistentroom': '1' });
    await enters(hag, 'thirdwitch');
    await crone.next();
    const order = `<query xmlns='${NS_OWNER}'><destroy jid='heath@rooms.localhost'><reason>Macbeth doth come.</reason><password>p</password></destroy></query>`;
    expect(conditionOf(await submits(hag, order))).toBe('forbidden');
    crone.sends(`<iq type='set' id='d' to='${ROOM}'>${order}</iq>`);
    const notice = `<destroy jid='heath@rooms.localhost'><reason>Macbeth doth come.</reason><password>p</password></destroy>`;
    await hag.receives(`<presence type='unavailable' from='${ROOM}/thirdwitch'><x xmlns='${NS_USER}'>${notice}
      <item affiliation='none' role='none' jid='hag@localhost/pda'/><status code='110'/></x><occupant-id xmlns='urn:xmpp:occupant-id:0' id='{any}'/></presence>`);
    expect((await crone.next()).attr('type')).toBe('unavailable');
    await crone.receives(`<iq type='result' id='d' from='${ROOM}'/>`);
    await scene.restart();
    const again = await scene.login('hag', 'pda');
    expect(conditionOf(await again.request(`<iq type='get' to='${ROOM}'><query xmlns='${INFO}'/></iq>`))).toBe(
      'item-not-found',
    );
  });
});

describe('what is told to whoever asks (section 6)', () => {
  test('the server lists the service, and the service what it is', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { hag } = await coven(scene);
    expect(await itemsOf(hag, 'localhost')).toContain('rooms.localhost');
    const { features, identity } = await info(hag, 'rooms.localhost');
    expect([identity?.attr('category'), identity?.attr('type')]).toEqual(['conference', 'text']);
    expect(features).toEqual(expect.arrayContaining([NS_MUC, `${NS_MUC}#stable_id`, 'urn:xmpp:occupant-id:0']));
  });

  test('rooms are listed unless they are hidden', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    expect(await itemsOf(hag, 'rooms.localhost')).toEqual([ROOM]);
    await submits(crone, configuration({ 'muc#roomconfig_publicroom': '0' }));
    expect(await itemsOf(hag, 'rooms.localhost')).toEqual([]);
  });

  test('a room tells what it is like', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, {
      'muc#roomconfig_roomname': 'Cave',
      'muc#roomconfig_roomdesc': 'Dark',
      'muc#roomconfig_moderatedroom': '1',
    });
    crone.sends(`<message type='groupchat' to='${ROOM}'><subject>Spells</subject></message>`);
    const { features, identity, fields } = await info(hag, ROOM);
    expect(identity?.attr('name')).toBe('Cave');
    expect(features).toEqual(
      expect.arrayContaining([
        'muc_temporary',
        'muc_public',
        'muc_open',
        'muc_moderated',
        'muc_unsecured',
        'muc_semianonymous',
        `${NS_MUC}#self-ping-optimization`,
        'urn:xmpp:sid:0',
      ]),
    );
    expect(fields.get('muc#roominfo_description')).toEqual(['Dark']);
    expect(fields.get('muc#roominfo_occupants')).toEqual(['1']);
    expect(fields.get('muc#roominfo_subject')).toEqual(['Spells']);
  });

  test('not the subject of a room that not everybody may enter (section 14.4)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { hag } = await coven(scene, { 'muc#roomconfig_roomsecret': 'x' });
    expect((await info(hag, ROOM)).fields.has('muc#roominfo_subject')).toBe(false);
  });

  test('who is in is told to those who are in', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    expect(await itemsOf(hag, ROOM)).toEqual([]);
    expect(await itemsOf(crone, ROOM)).toEqual([`${ROOM}/firstwitch`]);
  });

  test('pings are answered, what is not known is refused', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { hag } = await coven(scene);
    for (const to of ['rooms.localhost', ROOM]) {
      expect((await hag.request(`<iq type='get' to='${to}'><ping xmlns='urn:xmpp:ping'/></iq>`)).attr('type')).toBe(
        'result',
      );
      expect(conditionOf(await hag.request(`<iq type='get' to='${to}'><unknown xmlns='x:y'/></iq>`))).toBe(
        'service-unavailable',
      );
      const node = `<iq type='get' to='${to}'><query xmlns='${INFO}' node='unknown'/></iq>`;
      expect(conditionOf(await hag.request(node))).toBe('item-not-found');
    }
  });
});

describe('what stays', () => {
  test('a persistent room is after a restart what it was', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, {
      'muc#roomconfig_persistentroom': '1',
      'muc#roomconfig_roomname': 'Cave',
      'muc#maxhistoryfetch': '2',
    });
    crone.sends(
      `<iq type='set' id='m' to='${ROOM}'>${items(`<item affiliation='member' jid='hag@localhost' nick='thirdwitch'><reason>Good</reason></item>`)}</iq>`,
    );
    await crone.next();
    await crone.next();
    crone.sends(`<message type='groupchat' to='${ROOM}' id='s'><subject>Spells</subject></message>`);
    for (const body of ['one', 'two', 'three'])
      crone.sends(`<message type='groupchat' to='${ROOM}'><body>${body}</body></message>`);
    for (let i = 0; i < 4; i++) await crone.next();
    await scene.restart();
    const wicca = await scene.login('wicca', 'laptop');
    asks(wicca, 'thirdwitch');
    expect(conditionOf(await wicca.next())).toBe('conflict');
    const heard = await enters(wicca, 'secondwitch');
    expect(codesOf(heard[0] ?? expect.fail())).toEqual(['170', '110']);
    expect(heard.flatMap((each) => each.childText('body') ?? [])).toEqual(['two', 'three']);
    expect(heard.at(-1)?.childText('subject')).toBe('Spells');
    const owner = await scene.login('crone', 'desktop');
    expect((await form(owner)).get('muc#roomconfig_roomname')).toEqual(['Cave']);
    const members = await owner.request(`<iq type='get' to='${ROOM}'>${items(`<item affiliation='member'/>`)}</iq>`);
    expect(members.child('query', NS_ADMIN)?.elements[0]?.attr('nick')).toBe('thirdwitch');
  });

  test('occupant ids are the same after a restart (XEP-0421 section 4.1)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { hag } = await coven(scene);
    const idOf = (heard: readonly Element[]) =>
      heard
        .find((each) => codesOf(each).includes('110'))
        ?.elements.at(-1)
        ?.attr('id');
    const before = idOf(await enters(hag, 'thirdwitch'));
    await scene.restart();
    const later = await scene.login('hag', 'pda');
    expect(idOf(await enters(later, 'oldhag'))).toBe(before);
    expect(before).toBeDefined();
  });

  test('a room that is persistent no more is gone after a restart', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, { 'muc#roomconfig_persistentroom': '1' });
    await submits(crone, configuration({ 'muc#roomconfig_persistentroom': '0' }));
    await crone.next();
    await scene.restart();
    const hag = await scene.login('hag', 'pda');
    expect(codesOf((await enters(hag, 'thirdwitch'))[0] ?? expect.fail())).toContain('201');
  });
});

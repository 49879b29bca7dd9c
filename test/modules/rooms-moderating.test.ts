/** Moderators, admins, voice and registration: XEP-0045 sections 7.10 to 7.13, 8 and 9. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import type { Scene } from '../scene/scene.ts';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import {
  asks,
  codesOf,
  conditionOf,
  coven,
  enters,
  ID,
  itemOf,
  items,
  NS_ADMIN,
  NS_MUC,
  NS_USER,
  ROOM,
  submits,
  WITCHES,
} from './rooms-steps.ts';

/** crone is owner, wicca admin, hag nothing; all are in and nothing is left unread. */
async function gathering(scene: Scene, fields: Parameters<typeof coven>[1] = {}) {
  const witches = await coven(scene, fields);
  const { crone, wicca, hag } = witches;
  await changes(crone, `<item affiliation='admin' jid='wicca@localhost'/>`);
  await enters(wicca, 'secondwitch');
  await crone.next();
  await enters(hag, 'thirdwitch');
  await crone.next();
  await wicca.next();
  return witches;
}

/** Asks for a change and reads up to the answer; what came before it, and then the answer. */
async function changes(client: SceneClient, ...all: readonly string[]): Promise<readonly Element[]> {
  client.sends(`<iq type='set' id='change' to='${ROOM}'>${items(...all)}</iq>`);
  const heard: Element[] = [];
  for (;;) {
    const element = await client.next();
    heard.push(element);
    if (element.name === 'iq') return heard;
  }
}

async function refused(client: SceneClient, item: string): Promise<string | undefined> {
  return conditionOf(await submits(client, items(item)));
}

const list = (client: SceneClient, item: string) => client.request(`<iq type='get' to='${ROOM}'>${items(item)}</iq>`);

describe('roles', () => {
  test('a kick is told to the kicked, to whoever kicked, to the rest (examples 89 to 92)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    wicca.sends(
      `<iq type='set' id='k' to='${ROOM}'>${items(`<item nick='thirdwitch' role='none'><reason>Avaunt</reason></item>`)}</iq>`,
    );
    await hag.receives(`<presence type='unavailable' from='${ROOM}/thirdwitch'><x xmlns='${NS_USER}'><status code='307'/>
      <item affiliation='none' role='none' jid='hag@localhost/pda'><actor nick='secondwitch'/><reason>Avaunt</reason></item>
      <status code='110'/></x>${ID}</presence>`);
    const seen = `<presence type='unavailable' from='${ROOM}/thirdwitch'><x xmlns='${NS_USER}'><status code='307'/>
      <item affiliation='none' role='none' jid='hag@localhost/pda'><actor nick='secondwitch' jid='wicca@localhost/laptop'/><reason>Avaunt</reason></item></x>${ID}</presence>`;
    await crone.receives(seen);
    await wicca.receives(seen);
    await wicca.receives(`<iq type='result' id='k' from='${ROOM}'/>`);
    await enters(hag, 'thirdwitch');
  });

  test('nobody is kicked by somebody lower, nor a moderator by a mere moderator (example 93)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    expect(await refused(wicca, `<item nick='firstwitch' role='none'/>`)).toBe('not-allowed');
    expect(await refused(hag, `<item nick='secondwitch' role='none'/>`)).toBe('forbidden');
    await changes(crone, `<item nick='thirdwitch' role='moderator'/>`);
    await hag.next();
    await wicca.next();
    expect(await refused(hag, `<item nick='secondwitch' role='none'/>`)).toBe('not-allowed');
    expect(await refused(wicca, `<item nick='nobody' role='none'/>`)).toBe('item-not-found');
  });

  test('voice is given and taken (examples 94 to 101)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene, { 'muc#roomconfig_moderatedroom': '1' });
    const [given] = await changes(crone, `<item nick='thirdwitch' role='participant'><reason>Good</reason></item>`);
    expect(itemOf(given ?? expect.fail())).toBe('none participant hag@localhost/pda');
    expect(itemOf(await hag.next())).toBe('none participant hag@localhost/pda');
    hag.sends(`<message type='groupchat' to='${ROOM}'><body>x</body></message>`);
    await hag.next();
    await crone.next();
    const [taken] = await changes(crone, `<item nick='thirdwitch' role='visitor'/>`);
    expect(itemOf(taken ?? expect.fail())).toBe('none visitor hag@localhost/pda');
  });

  test('a voice that was taken is not found again by leaving and entering (section 5.1)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene);
    await changes(crone, `<item nick='thirdwitch' role='visitor'/>`);
    await hag.next();
    hag.sends(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    await hag.next();
    const heard = await enters(hag, 'thirdwitch');
    expect(itemOf(heard[2] ?? expect.fail())).toBe('none visitor hag@localhost/pda');
  });

  test('admins and owners keep their voice and their role (examples 102 and 145)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca } = await gathering(scene);
    for (const role of ['visitor', 'participant']) {
      expect(await refused(crone, `<item nick='secondwitch' role='${role}'/>`), role).toBe('not-allowed');
      expect(await refused(wicca, `<item nick='firstwitch' role='${role}'/>`), role).toBe('not-allowed');
    }
  });

  test('moderators are appointed and dismissed by admins only (sections 9.6 and 9.7)', async () => {
    await using scene = await openScene({ accounts: [...WITCHES, 'toad'] });
    const { crone, wicca, hag } = await gathering(scene);
    const [appointed] = await changes(wicca, `<item nick='thirdwitch' role='moderator'/>`);
    expect(itemOf(appointed ?? expect.fail())).toBe('none moderator hag@localhost/pda');
    await hag.next();
    await crone.next();
    const toad = await scene.login('toad', 'pond');
    await enters(toad, 'toad');
    await hag.next();
    await wicca.next();
    expect(await refused(hag, `<item nick='toad' role='moderator'/>`)).toBe('forbidden');
    const moderators = await list(wicca, `<item role='moderator'/>`);
    expect(moderators.child('query', NS_ADMIN)?.elements.map((item) => item.attr('nick'))).toContain('thirdwitch');
    expect(conditionOf(await list(hag, `<item role='moderator'/>`))).toBe('forbidden');
    expect((await list(hag, `<item role='participant'/>`)).attr('type')).toBe('result');
    expect(conditionOf(await list(toad, `<item role='participant'/>`))).toBe('forbidden');
  });

  test('voice is asked for and approved (sections 7.13 and 8.6)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene, { 'muc#roomconfig_moderatedroom': '1' });
    const form = (fields: string) =>
      `<message to='${ROOM}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${NS_MUC}#request</value></field>${fields}</x></message>`;
    hag.sends(form(`<field var='muc#role'><value>participant</value></field>`));
    const asked = await crone.next();
    const values = asked
      .child('x', 'jabber:x:data')
      ?.elements.map((field) => `${field.attr('var')}=${field.childText('value')}`);
    expect(values).toContain('muc#roomnick=thirdwitch');
    expect(values).toContain('muc#jid=hag@localhost/pda');
    const yes =
      form(`<field var='muc#role'><value>participant</value></field><field var='muc#roomnick'><value>thirdwitch</value></field>
      <field var='muc#request_allow'><value>true</value></field>`);
    hag.sends(yes);
    expect(conditionOf(await hag.next())).toBe('forbidden');
    crone.sends(yes);
    expect(itemOf(await hag.next())).toBe('none participant hag@localhost/pda');
  });
});

describe('affiliations', () => {
  test('a ban removes whoever is there and tells why (examples 110 to 114)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    const [seen, answer] = await changes(
      wicca,
      `<item affiliation='outcast' jid='hag@localhost/pda'><reason>Treason</reason></item>`,
    );
    expect(answer?.attr('type')).toBe('result');
    const told = `<presence type='unavailable' from='${ROOM}/thirdwitch'><x xmlns='${NS_USER}'><status code='301'/>
      <item affiliation='outcast' role='none' jid='hag@localhost/pda'><actor nick='secondwitch' jid='wicca@localhost/laptop'/><reason>Treason</reason></item></x>${ID}</presence>`;
    expect(codesOf(seen ?? expect.fail())).toEqual(['301']);
    await crone.receives(told);
    expect(codesOf(await hag.next())).toEqual(['301', '110']);
    const bans = await list(wicca, `<item affiliation='outcast'/>`);
    expect(bans.child('query', NS_ADMIN)?.toXml()).toContain(`jid='hag@localhost'`);
    expect(bans.child('query', NS_ADMIN)?.elements[0]?.childText('reason')).toBe('Treason');
    expect(conditionOf(await list(hag, `<item affiliation='outcast'/>`))).toBe('forbidden');
    await changes(wicca, `<item affiliation='none' jid='hag@localhost'/>`);
    await enters(hag, 'thirdwitch');
  });

  test.for([
    ['wicca', `<item affiliation='outcast' jid='wicca@localhost'/>`, 'conflict'],
    ['crone', `<item affiliation='outcast' jid='crone@localhost'/>`, 'conflict'],
    ['wicca', `<item affiliation='outcast' jid='crone@localhost'/>`, 'not-allowed'],
    ['wicca', `<item affiliation='none' jid='crone@localhost'/>`, 'not-allowed'],
    ['wicca', `<item affiliation='admin' jid='hag@localhost'/>`, 'forbidden'],
    ['wicca', `<item affiliation='owner' jid='hag@localhost'/>`, 'forbidden'],
    ['hag', `<item affiliation='member' jid='hag@localhost'/>`, 'forbidden'],
    ['crone', `<item affiliation='admin' jid='crone@localhost'/>`, 'conflict'],
    ['crone', `<item affiliation='king' jid='hag@localhost'/>`, 'bad-request'],
    ['crone', `<item affiliation='member' role='visitor' jid='hag@localhost' nick='thirdwitch'/>`, 'bad-request'],
    ['crone', `<item jid='hag@localhost'/>`, 'bad-request'],
    ['crone', `<item affiliation='member' jid='@'/>`, 'jid-malformed'],
    ['crone', `<item affiliation='admin' jid='example.com'/>`, 'not-acceptable'],
    ['crone', `<item role='visitor' jid='hag@localhost'/>`, 'bad-request'],
    ['crone', `<item role='visitor' nick='nobody'/>`, 'item-not-found'],
  ] as const)('%s may not %s: %s', async ([name, item, condition]) => {
    await using scene = await openScene({ accounts: WITCHES });
    const witches = await gathering(scene);
    expect(await refused(witches[name], item)).toBe(condition);
  });

  test('one change that may not be keeps all from being made (section 9.2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { wicca, hag } = await gathering(scene);
    const both = [
      `<item affiliation='outcast' jid='hag@localhost'/>`,
      `<item affiliation='outcast' jid='wicca@localhost'/>`,
    ];
    expect(conditionOf(await submits(wicca, items(...both)))).toBe('conflict');
    await hag.receivesNothing();
  });

  test('with a new one come the role and updated presence (examples 123 and 175)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    await changes(crone, `<item affiliation='owner' jid='hag@localhost'/>`);
    expect(itemOf(await hag.next())).toBe('owner moderator hag@localhost/pda');
    expect(itemOf(await wicca.next())).toBe('owner moderator hag@localhost/pda');
    // With two owners one may go.
    const [lowered] = await changes(crone, `<item affiliation='none' jid='crone@localhost'/>`);
    expect(itemOf(lowered ?? expect.fail())).toBe('none participant crone@localhost/desktop');
  });

  test('who loses membership of a members-only room is removed (example 128)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { 'muc#roomconfig_membersonly': '1' });
    await changes(crone, `<item affiliation='member' jid='hag@localhost'/>`);
    await enters(hag, 'thirdwitch');
    await crone.next();
    const [seen] = await changes(crone, `<item affiliation='none' jid='hag@localhost'/>`);
    expect([seen?.attr('type'), ...codesOf(seen ?? expect.fail())]).toEqual(['unavailable', '321']);
    expect(codesOf(await hag.next())).toEqual(['321', '110']);
  });

  test('lists are for those who may read them (section 5.2.1)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    expect(conditionOf(await list(wicca, `<item affiliation='owner'/>`))).toBe('forbidden');
    expect(conditionOf(await list(hag, `<item affiliation='member'/>`))).toBe('forbidden');
    expect((await list(crone, `<item affiliation='owner'/>`)).toXml()).toContain(`jid='crone@localhost'`);
    expect(conditionOf(await list(crone, `<item affiliation='none'/>`))).toBe('bad-request');
    expect(conditionOf(await list(crone, '<item/>'))).toBe('bad-request');
  });

  test('an admin of the server is an owner everywhere and cannot be banned', async () => {
    await using scene = await openScene({ accounts: WITCHES, admins: ['hag'] });
    const { crone, hag } = await gathering(scene);
    expect(await refused(crone, `<item affiliation='outcast' jid='hag@localhost'/>`)).toBe('not-allowed');
    expect((await list(hag, `<item affiliation='owner'/>`)).attr('type')).toBe('result');
  });

  test('whoever has an account no more has nothing in rooms either', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await gathering(scene);
    await scene.accounts.remove('wicca');
    await crone.next();
    await crone.next();
    const admins = await list(crone, `<item affiliation='admin'/>`);
    expect(admins.child('query', NS_ADMIN)?.elements).toEqual([]);
  });
});

describe('registration with a room (section 7.10)', () => {
  const NS = 'jabber:iq:register';
  const form = (nick: string) => `<query xmlns='${NS}'><x xmlns='jabber:x:data' type='submit'>
    <field var='FORM_TYPE'><value>${NS_MUC}#register</value></field><field var='muc#register_roomnick'><value>${nick}</value></field></x></query>`;
  const get = (client: SceneClient) => client.request(`<iq type='get' to='${ROOM}'><query xmlns='${NS}'/></iq>`);
  const nickOf = async (client: SceneClient) => {
    const info = await client.request(
      `<iq type='get' to='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info' node='x-roomuser-item'/></iq>`,
    );
    return info.elements[0]?.elements[0]?.attr('name');
  };

  test('members reserve a nickname, which nobody else gets (examples 66 to 75)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await coven(scene);
    await changes(crone, `<item affiliation='member' jid='hag@localhost'/>`);
    expect((await get(hag)).elements[0]?.child('x', 'jabber:x:data')).toBeDefined();
    expect(await nickOf(hag)).toBeUndefined();
    expect((await submits(hag, form('thirdwitch'))).attr('type')).toBe('result');
    expect(await nickOf(hag)).toBe('thirdwitch');
    const registered = (await get(hag)).elements[0];
    expect([registered?.child('registered') !== undefined, registered?.childText('username')]).toEqual([
      true,
      'thirdwitch',
    ]);
    asks(wicca, 'ThirdWitch');
    expect(conditionOf(await wicca.next())).toBe('conflict');
    expect((await submits(hag, `<query xmlns='${NS}'><remove/></query>`)).attr('type')).toBe('result');
    await enters(wicca, 'thirdwitch');
  });

  test('is refused to others, without a form, and for a nickname that is taken', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    expect(conditionOf(await get(hag))).toBe('not-allowed');
    expect(conditionOf(await submits(hag, form('thirdwitch')))).toBe('not-allowed');
    await changes(crone, `<item affiliation='member' jid='hag@localhost'/>`);
    expect(conditionOf(await submits(hag, `<query xmlns='${NS}'/>`))).toBe('bad-request');
    expect(conditionOf(await submits(hag, form('firstwitch')))).toBe('conflict');
    const nowhere = `<iq type='get' to='nowhere@rooms.localhost'><query xmlns='${NS}'/></iq>`;
    expect(conditionOf(await hag.request(nowhere))).toBe('item-not-found');
  });

  test('is open to all where the service says so', async () => {
    await using scene = await openScene({ accounts: WITCHES, settings: { 'rooms.registration': 'open' } });
    const { crone, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    hag.sends(`<iq type='set' id='r' to='${ROOM}'>${form('thirdwitch')}</iq>`);
    expect(itemOf(await hag.next())).toBe('member participant hag@localhost/pda');
    await hag.receives(`<iq type='result' id='r'/>`);
    expect(itemOf(await crone.next())).toBe('member participant hag@localhost/pda');
  });

  test('needs an admin’s approval where the service says so (section 9.9)', async () => {
    await using scene = await openScene({ accounts: WITCHES, settings: { 'rooms.registration': 'approval' } });
    const { crone, hag } = await coven(scene, { 'muc#roomconfig_membersonly': '1' });
    expect((await submits(hag, form('thirdwitch'))).attr('type')).toBe('result');
    asks(hag, 'thirdwitch');
    expect(conditionOf(await hag.next())).toBe('registration-required');
    const asked = await crone.next();
    expect(asked.child('x', 'jabber:x:data')?.childText('instructions')).toContain('hag@localhost');
    const approval = `<message to='${ROOM}'><x xmlns='jabber:x:data' type='submit'>
      <field var='FORM_TYPE'><value>${NS_MUC}#register</value></field><field var='muc#register_roomnick'><value>thirdwitch</value></field>
      <field var='muc#register_allow'><value>1</value></field></x></message>`;
    hag.sends(approval);
    expect(conditionOf(await hag.next())).toBe('forbidden');
    crone.sends(approval);
    expect(itemOf(await crone.next())).toBe('member hag@localhost');
    await enters(hag, 'thirdwitch');
  });

  test('a nickname that is reserved for somebody else is taken from whoever wears it', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    await changes(crone, `<item affiliation='admin' jid='wicca@localhost' nick='thirdwitch'/>`);
    expect(codesOf(await hag.next())).toEqual(['307', '110']);
    expect(codesOf(await wicca.next())).toEqual(['307']);
  });
});

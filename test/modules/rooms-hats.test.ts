/** XEP-0317: hats, which owners make and admins give. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import {
  codesOf,
  conditionOf,
  configuration,
  coven,
  enters,
  ID,
  items,
  NS_USER,
  opens,
  ROOM,
  submits,
  WITCHES,
} from './rooms-steps.ts';

const HATS = 'urn:xmpp:hats:0';
const COMMANDS = 'http://jabber.org/protocol/commands';
const INFO = 'http://jabber.org/protocol/disco#info';
const ITEMS = 'http://jabber.org/protocol/disco#items';
const TEACHER = 'http://tech.example.edu/hats#Teacher';
const SCRIBE = 'http://tech.example.edu/hats#Scribe';

function filled(fields: Readonly<Record<string, string>>): string {
  const each = Object.entries(fields).map(
    ([name, value]) => `<field var='hats#${name}'><value>${value}</value></field>`,
  );
  return `<x xmlns='jabber:x:data' type='submit'>
    <field type='hidden' var='FORM_TYPE'><value>${HATS}:commands</value></field>${each.join('')}</x>`;
}

function command(name: string, content = '', attributes = `action='execute'`): string {
  return `<command xmlns='${COMMANDS}' node='${HATS}:commands:${name}' ${attributes}>${content}</command>`;
}

function runs(client: SceneClient, name: string, fields?: Readonly<Record<string, string>>): Promise<Element> {
  return submits(client, command(name, fields === undefined ? '' : filled(fields)));
}

function statusOf(answer: Element): string | undefined {
  return answer.child('command', COMMANDS)?.attr('status') ?? conditionOf(answer);
}

function applicationOf(answer: Element): string | undefined {
  return answer.child('error')?.elements.find(({ xmlns }) => xmlns === COMMANDS)?.name;
}

/** Titles in an occupant's presence. */
function hatsOf(presence: Element): readonly (string | undefined)[] {
  return presence.child('hats', HATS)?.elements.map((hat) => hat.attr('title')) ?? [];
}

function rowsOf(answer: Element): readonly Readonly<Record<string, string>>[] {
  const x = answer.child('command', COMMANDS)?.child('x', 'jabber:x:data');
  const rows = x?.elements.filter(({ name }) => name === 'item') ?? [];
  return rows.map((row) =>
    Object.fromEntries(row.elements.map((field) => [field.attr('var') ?? '', field.childText('value') ?? ''])),
  );
}

/** Makes hats in a room in which only the owner is, and reads what the room tells of it. */
async function makes(client: SceneClient, ...hats: readonly Readonly<Record<string, string>>[]): Promise<void> {
  for (const hat of hats) {
    expect(statusOf(await runs(client, 'create', hat))).toBe('completed');
    expect(codesOf(await client.next())).toEqual(['104']);
  }
}

describe('the hats of a room', () => {
  test('an owner asks for the form, fills it in and makes a hat, of which all hear (section 4.2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    const form = (await runs(crone, 'create')).child('command', COMMANDS);
    expect(form?.attr('status')).toBe('executing');
    const fields = form?.child('x', 'jabber:x:data')?.elements.filter(({ name }) => name === 'field') ?? [];
    expect(fields.map((field) => [field.attr('var'), field.child('required') !== undefined])).toEqual([
      ['FORM_TYPE', false],
      ['hats#title', true],
      ['hats#uri', true],
      ['hats#hue', false],
    ]);
    const sessionid = form?.attr('sessionid') ?? expect.fail('no session');
    const hat = { title: 'Assistant', uri: SCRIBE, hue: '327.255249' };
    const done = await submits(crone, command('create', filled(hat), `sessionid='${sessionid}'`));
    expect(done.child('command', COMMANDS)?.attr('sessionid')).toBe(sessionid);
    expect(statusOf(done)).toBe('completed');
    for (const client of [crone, hag])
      await client.receives(
        `<message type='groupchat' from='${ROOM}'><x xmlns='${NS_USER}'><status code='104'/></x></message>`,
      );
    expect(rowsOf(await runs(hag, 'list'))).toEqual([
      { 'hats#title': 'Assistant', 'hats#uri': SCRIBE, 'hats#hue': '327.255249' },
    ]);
  });

  test('are shown in the presence of whoever wears them, to all and to those who enter later (section 4.1)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await coven(scene);
    await makes(crone, { title: 'Teacher', uri: TEACHER, hue: '30' }, { title: 'Scribe', uri: SCRIBE });
    await enters(hag, 'thirdwitch');
    await crone.next();
    expect(statusOf(await runs(crone, 'assign', { jid: 'hag@localhost', uri: TEACHER }))).toBe('completed');
    await crone.receives(`<presence from='${ROOM}/thirdwitch'>
      <x xmlns='${NS_USER}'><item affiliation='none' role='participant' jid='hag@localhost/pda'/></x>
      <hats xmlns='${HATS}'><hat title='Teacher' uri='${TEACHER}' hue='30'/></hats>${ID}</presence>`);
    expect(hatsOf(await hag.next())).toEqual(['Teacher']);
    await runs(crone, 'assign', { jid: 'hag@localhost/pda', uri: SCRIBE });
    expect(hatsOf(await crone.next())).toEqual(['Teacher', 'Scribe']);
    expect(hatsOf(await hag.next())).toEqual(['Teacher', 'Scribe']);
    const heard = await enters(wicca, 'secondwitch');
    expect(heard.map(hatsOf)).toContainEqual(['Teacher', 'Scribe']);
  });

  test('wait for somebody who is not there, and are gone when he leaves', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await makes(crone, { title: 'Teacher', uri: TEACHER });
    await runs(crone, 'assign', { jid: 'hag@localhost', uri: TEACHER });
    await enters(hag, 'thirdwitch');
    expect(hatsOf(await crone.next())).toEqual(['Teacher']);
    hag.sends(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    expect(hatsOf(await crone.next())).toEqual([]);
  });

  test('can be taken from somebody without asking for the form (section 4.6)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await makes(crone, { title: 'Teacher', uri: TEACHER });
    await runs(crone, 'assign', { jid: 'hag@localhost', uri: TEACHER });
    await enters(hag, 'thirdwitch');
    await crone.next();
    expect(statusOf(await runs(crone, 'unassign', { jid: 'hag@localhost', uri: TEACHER }))).toBe('completed');
    expect(hatsOf(await crone.next())).toEqual([]);
    expect(hatsOf(await hag.next())).toEqual([]);
    const again = await runs(crone, 'unassign', { jid: 'hag@localhost', uri: TEACHER });
    expect(conditionOf(again)).toBe('item-not-found');
  });

  test('change for all who wear them when they are made again, and vanish when they are destroyed (sections 4.2 and 4.3)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await makes(crone, { title: 'Teacher', uri: TEACHER });
    await runs(crone, 'assign', { jid: 'hag@localhost', uri: TEACHER });
    await enters(hag, 'thirdwitch');
    await crone.next();
    await runs(crone, 'create', { title: 'Professor', uri: TEACHER });
    expect(hatsOf(await hag.next())).toEqual(['Professor']);
    expect(codesOf(await hag.next())).toEqual(['104']);
    await crone.next();
    await crone.next();
    expect(statusOf(await runs(crone, 'destroy', { uri: TEACHER }))).toBe('completed');
    expect(hatsOf(await hag.next())).toEqual([]);
    expect(codesOf(await hag.next())).toEqual(['104']);
    await crone.next();
    await crone.next();
    expect(rowsOf(await runs(crone, 'list'))).toEqual([]);
    expect(conditionOf(await runs(crone, 'destroy', { uri: TEACHER }))).toBe('item-not-found');
  });

  test('their wearers are listed for admins only, because the list names JIDs (section 4.7)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await makes(crone, { title: 'Teacher', uri: TEACHER, hue: '30' });
    await runs(crone, 'assign', { jid: 'wicca@localhost', uri: TEACHER });
    expect(rowsOf(await runs(crone, 'list-assigned'))).toEqual([
      { 'hats#jid': 'wicca@localhost', 'hats#uri': TEACHER, 'hats#title': 'Teacher', 'hats#hue': '30' },
    ]);
    await enters(hag, 'thirdwitch');
    expect(conditionOf(await runs(hag, 'list-assigned'))).toBe('forbidden');
    expect(statusOf(await runs(hag, 'list'))).toBe('completed');
  });

  test('are made by owners, given by admins, seen by those inside', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await coven(scene);
    await makes(crone, { title: 'Teacher', uri: TEACHER });
    crone.sends(
      `<iq type='set' id='a1' to='${ROOM}'>${items(`<item affiliation='admin' jid='wicca@localhost'/>`)}</iq>`,
    );
    expect([(await crone.next()).name, (await crone.next()).name]).toEqual(['message', 'iq']);
    expect(conditionOf(await runs(wicca, 'create', { title: 'x', uri: SCRIBE }))).toBe('forbidden');
    expect(conditionOf(await runs(wicca, 'destroy', { uri: TEACHER }))).toBe('forbidden');
    expect(statusOf(await runs(wicca, 'assign', { jid: 'hag@localhost', uri: TEACHER }))).toBe('completed');
    for (const name of ['create', 'destroy', 'assign', 'unassign', 'list', 'list-assigned'])
      expect(conditionOf(await runs(hag, name))).toBe('forbidden');
  });

  test.for([
    ['create', { uri: TEACHER }, 'bad-request', 'bad-payload'],
    ['create', { title: 'x', uri: 'teacher' }, 'bad-request', 'bad-payload'],
    ['create', { title: 'x', uri: TEACHER, hue: '361' }, 'bad-request', 'bad-payload'],
    ['create', { title: 'x'.repeat(101), uri: TEACHER }, 'bad-request', 'bad-payload'],
    ['assign', { jid: 'localhost', uri: TEACHER }, 'bad-request', 'bad-payload'],
    ['assign', { jid: 'hag@localhost', uri: TEACHER }, 'item-not-found', undefined],
    ['unassign', { jid: '', uri: TEACHER }, 'bad-request', 'bad-payload'],
    ['juggle', {}, 'item-not-found', undefined],
  ] as const)('%s with %o is refused: %s', async ([name, fields, condition, application]) => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    const answer = await runs(crone, name, fields);
    expect([conditionOf(answer), applicationOf(answer)]).toEqual([condition, application]);
  });

  test('an action that does not exist, or has nowhere to go, is refused as XEP-0050 says', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    const answers = new Map([
      [`action='juggle'`, 'malformed-action'],
      [`action='prev' sessionid='x'`, 'bad-action'],
      [`action='complete' sessionid='x'`, 'bad-payload'],
    ]);
    for (const [attributes, application] of answers)
      expect(applicationOf(await submits(crone, command('create', '', attributes)))).toBe(application);
    expect(statusOf(await submits(crone, command('create', '', `action='cancel' sessionid='x'`)))).toBe('canceled');
    const cancelled = command('create', `<x xmlns='jabber:x:data' type='cancel'/>`, `sessionid='x'`);
    expect(statusOf(await submits(crone, cancelled))).toBe('canceled');
    const other = `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>else</value></field></x>`;
    expect(applicationOf(await submits(crone, command('create', other)))).toBe('bad-payload');
  });

  test('there are so many hats and no more', async () => {
    await using scene = await openScene({ accounts: WITCHES, settings: { 'rooms.maxHats': 1 } });
    const { crone } = await coven(scene);
    await makes(crone, { title: 'Teacher', uri: TEACHER });
    expect(conditionOf(await runs(crone, 'create', { title: 'x', uri: SCRIBE }))).toBe('resource-constraint');
    await makes(crone, { title: 'Professor', uri: TEACHER });
  });

  test('nobody wears more than ten, and no more people wear hats than a room may list', async () => {
    await using scene = await openScene({ accounts: WITCHES, settings: { 'rooms.maxAffiliations': 10 } });
    const { crone } = await coven(scene);
    const all = Array.from({ length: 11 }, (_, i) => ({ title: `Hat ${i}`, uri: `${TEACHER}-${i}` }));
    await makes(crone, ...all);
    const given: (string | undefined)[] = [];
    for (const { uri } of all) given.push(statusOf(await runs(crone, 'assign', { jid: 'hag@localhost', uri })));
    expect(given).toEqual([...Array.from({ length: 10 }, () => 'completed'), 'resource-constraint']);
    const uri = `${TEACHER}-0`;
    for (let i = 0; i < 9; i++) await runs(crone, 'assign', { jid: `m${i}@localhost`, uri });
    expect(statusOf(await runs(crone, 'assign', { jid: 'm9@localhost', uri }))).toBe('resource-constraint');
    expect(statusOf(await runs(crone, 'assign', { jid: 'm8@localhost', uri: `${TEACHER}-1` }))).toBe('completed');
    expect(statusOf(await runs(crone, 'assign', { jid: 'm8@localhost', uri }))).toBe('completed');
  });

  test('nobody can put on a hat himself', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    hag.sends(`<presence to='${ROOM}/thirdwitch'><x xmlns='http://jabber.org/protocol/muc'/>
      <hats xmlns='${HATS}'><hat title='Owner' uri='${TEACHER}'/></hats></presence>`);
    expect(hatsOf(await crone.next())).toEqual([]);
    hag.sends(
      `<presence to='${ROOM}/thirdwitch'><hats xmlns='${HATS}'><hat title='O' uri='${TEACHER}'/></hats></presence>`,
    );
    expect(hatsOf(await crone.next())).toEqual([]);
  });

  test('stay with a persistent room, and go with the account and with the room', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, { 'muc#roomconfig_persistentroom': '1' });
    await makes(
      crone,
      { title: 'Teacher', uri: TEACHER, hue: '30' },
      { title: 'Scribe', uri: SCRIBE },
      { title: 'Usher', uri: `${TEACHER}-usher` },
    );
    await runs(crone, 'assign', { jid: 'hag@localhost', uri: TEACHER });
    await runs(crone, 'assign', { jid: 'wicca@localhost', uri: SCRIBE });
    await scene.restart();
    const owner = await scene.login('crone', 'desktop');
    expect(rowsOf(await runs(owner, 'list')).map((row) => row['hats#title'])).toEqual(['Teacher', 'Scribe', 'Usher']);
    expect(rowsOf(await runs(owner, 'list-assigned'))).toHaveLength(2);
    await scene.accounts.remove('hag');
    expect(rowsOf(await runs(owner, 'list-assigned')).map((row) => row['hats#jid'])).toEqual(['wicca@localhost']);
    await submits(owner, `<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>`);
    await opens(owner, 'firstwitch', { 'muc#roomconfig_persistentroom': '1' });
    expect(rowsOf(await runs(owner, 'list'))).toEqual([]);
    await scene.restart();
    expect(rowsOf(await runs(await scene.login('crone', 'desktop'), 'list'))).toEqual([]);
  });

  test('of a temporary room are not those of a room of the same name after a crash', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    await makes(crone, { title: 'Teacher', uri: TEACHER });
    await scene.crash();
    const owner = await scene.login('crone', 'desktop');
    await opens(owner, 'firstwitch', { 'muc#roomconfig_persistentroom': '1' });
    await scene.restart();
    expect(rowsOf(await runs(await scene.login('crone', 'desktop'), 'list'))).toEqual([]);
  });

  test('are discovered: the feature, a hash of the list, and the commands as nodes (section 3, XEP-0050 section 2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    const info = async (client: SceneClient, node = '') =>
      (await client.request(`<iq type='get' to='${ROOM}'><query xmlns='${INFO}'${node}/></iq>`)).elements[0];
    const hashOf = (query: Element | undefined) =>
      query
        ?.child('x', 'jabber:x:data')
        ?.elements.find((field) => field.attr('var') === 'hats#hash')
        ?.childText('value');
    expect(hashOf(await info(crone))).toBeUndefined();
    await makes(crone, { title: 'Teacher', uri: TEACHER });
    const first = hashOf(await info(crone));
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    await makes(crone, { title: 'Scribe', uri: SCRIBE });
    const second = hashOf(await info(crone));
    expect(second).not.toBe(first);
    await makes(crone, { title: 'Writer', uri: SCRIBE });
    expect(hashOf(await info(crone))).not.toBe(second);
    const features = (await info(hag))?.elements.map((child) => child.attr('var'));
    expect(features).toContain(HATS);
    expect(features).toContain(COMMANDS);

    const nodes = async (client: SceneClient) => {
      const query = `<query xmlns='${ITEMS}' node='${COMMANDS}'/>`;
      const answer = await client.request(`<iq type='get' to='${ROOM}'>${query}</iq>`);
      return answer.elements[0]?.elements.map((item) => item.attr('node')?.slice(`${HATS}:commands:`.length));
    };
    expect(await nodes(crone)).toEqual(['create', 'destroy', 'list', 'assign', 'unassign', 'list-assigned']);
    expect(await nodes(hag)).toEqual([]);
    const one = await info(crone, ` node='${HATS}:commands:create'`);
    expect(one?.child('identity')?.attr('type')).toBe('command-node');
    const refused = await hag.request(
      `<iq type='get' to='${ROOM}'><query xmlns='${INFO}' node='${HATS}:commands:create'/></iq>`,
    );
    expect(conditionOf(refused)).toBe('forbidden');
  });

  test('nothing is told of a room that is not open yet', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const crone = await scene.login('crone', 'desktop');
    const hag = await scene.login('hag', 'pda');
    await enters(crone, 'firstwitch');
    expect(conditionOf(await runs(hag, 'list'))).toBe('item-not-found');
    await submits(crone, configuration());
    expect(conditionOf(await runs(hag, 'list'))).toBe('forbidden');
  });
});

/** XEP-0433: searching for public rooms. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import { parseStanza, type SceneClient } from '../scene/scene-client.ts';
import { conditionOf, NS_MUC, NS_OWNER } from './rooms-steps.ts';

const NS = 'urn:xmpp:channel-search:0';
const SERVICE = 'rooms.localhost';
const BY_ADDRESS = `{${NS}:order}address`;

type Fields = Readonly<Record<string, string | readonly string[]>>;

function form(fields: Fields): string {
  const values = (value: string | readonly string[]) => [value].flat().map((each) => `<value>${each}</value>`);
  const each = Object.entries(fields).map(([name, value]) => `<field var='${name}'>${values(value).join('')}</field>`);
  return `<x xmlns='jabber:x:data' type='submit'>
    <field var='FORM_TYPE'><value>${NS}:search-params</value></field>${each.join('')}</x>`;
}

function asks(client: SceneClient, content: string): Promise<Element> {
  return client.request(`<iq type='get' to='${SERVICE}'><search xmlns='${NS}:search'>${content}</search></iq>`);
}

function searches(client: SceneClient, fields: Fields, set = ''): Promise<Element> {
  const page = set === '' ? '' : `<set xmlns='http://jabber.org/protocol/rsm'>${set}</set>`;
  return asks(client, page + form(fields));
}

function addressesOf(answer: Element): readonly (string | undefined)[] | undefined {
  const result = answer.child('result', `${NS}:search`);
  return result?.elements.filter(({ name }) => name === 'item').map((item) => item.attr('address')?.split('@')[0]);
}

function setOf(answer: Element) {
  const set = answer.child('result', `${NS}:search`)?.child('set', 'http://jabber.org/protocol/rsm');
  return {
    first: set?.childText('first'),
    index: set?.child('first')?.attr('index'),
    last: set?.childText('last'),
    count: set?.childText('count'),
  };
}

function refusalOf(answer: Element): readonly (string | undefined)[] {
  const error = answer.child('error');
  return [error?.attr('type'), conditionOf(answer), error?.elements.find(({ xmlns }) => xmlns === `${NS}:error`)?.name];
}

/** A room that its owner does not leave; with him are `guests`. */
async function opens(owner: SceneClient, name: string, fields: Fields = {}, guests: readonly SceneClient[] = []) {
  const address = `${name}@${SERVICE}`;
  const enters = async (client: SceneClient) => {
    client.sends(`<presence to='${address}/${client.name}'><x xmlns='${NS_MUC}'/></presence>`);
    while ((await client.next()).child('subject') === undefined);
  };
  await enters(owner);
  const values = Object.entries(fields).map(
    ([field, value]) => `<field var='muc#roomconfig_${field}'><value>${value}</value></field>`,
  );
  owner.sends(`<iq type='set' id='o' to='${address}'><query xmlns='${NS_OWNER}'><x xmlns='jabber:x:data' type='submit'>
    <field var='FORM_TYPE'><value>${NS_MUC}#roomconfig</value></field>${values.join('')}</x></query></iq>`);
  while ((await owner.next()).name !== 'iq');
  if (fields.whois === 'anyone') await owner.next();
  for (const guest of guests) {
    await enters(guest);
    await owner.next();
  }
}

/** Four public rooms and two that are nobody's business. */
async function city(scene: Scene) {
  const ann = await scene.login('ann', 'one');
  const bob = await scene.login('bob', 'two');
  await opens(ann, 'garden', { roomname: 'The Garden', roomdesc: 'Roses and Thyme', lang: 'en' }, [bob]);
  await opens(ann, 'kitchen', { roomname: 'Küche', roomdesc: 'Thyme and salt', whois: 'anyone', roomsecret: 'x' });
  await opens(ann, 'attic', { membersonly: '1' });
  await opens(ann, 'cellar', { roomname: 'Wine' }, [bob]);
  await opens(ann, 'vault', { publicroom: '0', roomname: 'The Garden below' });
  ann.sends(`<presence to='closed@${SERVICE}/ann'><x xmlns='${NS_MUC}'/></presence>`);
  while ((await ann.next()).child('subject') === undefined);
  return { ann, bob };
}

const PEOPLE = ['ann', 'bob'];

describe('searching for rooms', () => {
  test('an empty request gets the form with all fields and their defaults (example 3)', async () => {
    await using scene = await openScene({ accounts: PEOPLE });
    const ann = await scene.login('ann');
    const x = (await asks(ann, '')).child('search', `${NS}:search`)?.child('x', 'jabber:x:data');
    const fields = x?.elements.filter(({ name }) => name === 'field') ?? [];
    expect(x?.attr('type')).toBe('form');
    expect(fields.map((field) => [field.attr('var'), field.attr('type'), field.childText('value')])).toEqual([
      ['FORM_TYPE', 'hidden', `${NS}:search-params`],
      ['q', 'text-single', undefined],
      ['all', 'boolean', 'false'],
      ['sinname', 'boolean', 'true'],
      ['sindescription', 'boolean', 'true'],
      ['sinaddress', 'boolean', 'true'],
      ['min_users', 'text-single', '0'],
      ['types', 'list-multi', 'xep-0045'],
      ['key', 'list-single', `{${NS}:order}nusers`],
    ]);
  });

  test('finds public rooms and tells what there is to know (example 5)', async () => {
    await using scene = await openScene({ accounts: PEOPLE });
    const { bob } = await city(scene);
    const answer = await searches(bob, { q: 'garden' });
    expect(addressesOf(answer)).toEqual(['garden']);
    const item = answer.child('result', `${NS}:search`)?.child('item');
    expect(item?.elements.map((child) => [child.name, child.text()])).toEqual([
      ['name', 'The Garden'],
      ['description', 'Roses and Thyme'],
      ['language', 'en'],
      ['nusers', '2'],
      ['service-type', 'xep-0045'],
      ['is-open', 'true'],
      ['anonymity-mode', 'muc_semianonymous'],
    ]);
    const other = (await searches(bob, { q: 'kitchen' })).child('result', `${NS}:search`)?.child('item');
    expect(other?.child('is-open')).toBeUndefined();
    expect(other?.childText('anonymity-mode')).toBe(`{${NS}:anonymity}none`);
  });

  test.for([
    [{ q: 'thyme' }, ['garden', 'kitchen']],
    [{ q: 'THYME salt' }, ['kitchen']],
    [{ q: 'KÜCHE' }, ['kitchen']],
    [{ q: 'the - garden' }, ['garden']],
    [{ q: 'thyme', sindescription: 'false' }, []],
    [{ q: 'cellar' }, ['cellar']],
    [{ q: 'cellar', sinaddress: '0' }, []],
    [{ q: 'cellar', sinaddr: '0' }, []],
    [{ q: 'wine', sinname: 'false' }, []],
    [{ q: 'vault' }, []],
    [{ q: 'closed' }, []],
    [{ all: 'true' }, ['cellar', 'garden', 'attic', 'kitchen']],
    [{ all: '1', q: '' }, ['cellar', 'garden', 'attic', 'kitchen']],
    [{ all: 'true', key: BY_ADDRESS }, ['attic', 'cellar', 'garden', 'kitchen']],
    [{ all: 'true', min_users: '2' }, ['cellar', 'garden']],
    [{ all: 'true', types: ['xep-0369', 'xep-0045'] }, ['cellar', 'garden', 'attic', 'kitchen']],
    [{ all: 'true', types: 'xep-0369' }, []],
    [{ all: 'true', '{urn:example}colour': 'red' }, ['cellar', 'garden', 'attic', 'kitchen']],
  ] as const)('%o finds %o', async ([fields, found]) => {
    await using scene = await openScene({ accounts: PEOPLE });
    const { bob } = await city(scene);
    expect(addressesOf(await searches(bob, fields))).toEqual(found);
  });

  test.for([
    [{ all: 'true', key: '{urn:example}colour' }, ['modify', 'feature-not-implemented', 'invalid-sort-key']],
    [{ q: '' }, ['modify', 'bad-request', 'invalid-search-terms']],
    [{ q: 'a !' }, ['modify', 'bad-request', 'invalid-search-terms']],
    [{ q: 'word '.repeat(11) }, ['modify', 'bad-request', 'invalid-search-terms']],
    [{ q: 'x'.repeat(501) }, ['modify', 'bad-request', 'invalid-search-terms']],
    [{ q: 'garden', all: 'true' }, ['modify', 'bad-request', 'conflicting-fields']],
    [
      { q: 'garden', sinname: '0', sindescription: '0', sinaddress: '0' },
      ['modify', 'bad-request', 'conflicting-fields'],
    ],
    [{}, ['cancel', 'bad-request', 'no-search-conditions']],
    [{ min_users: '3' }, ['cancel', 'bad-request', 'no-search-conditions']],
    [{ all: 'true', min_users: 'many' }, ['modify', 'bad-request', undefined]],
    [{ all: 'true', FORM_TYPE: 'else' }, ['modify', 'bad-request', undefined]],
  ] as const)('%o is refused: %o', async ([fields, refusal]) => {
    await using scene = await openScene({ accounts: PEOPLE });
    const ann = await scene.login('ann');
    expect(refusalOf(await searches(ann, fields))).toEqual(refusal);
  });

  test('a conflict names the fields (example 11)', async () => {
    await using scene = await openScene({ accounts: PEOPLE });
    const ann = await scene.login('ann');
    const error = (await searches(ann, { q: 'x', all: 'true' })).child('error');
    const conflicting = error?.child('conflicting-fields', `${NS}:error`);
    expect(conflicting?.elements.map((child) => child.text())).toEqual(['all', 'q']);
  });

  test('a form that is not submitted is none', async () => {
    await using scene = await openScene({ accounts: PEOPLE });
    const ann = await scene.login('ann');
    expect(conditionOf(await asks(ann, `<x xmlns='jabber:x:data' type='cancel'/>`))).toBe('bad-request');
  });

  test('pages lead forwards and backwards, without anything being remembered (XEP-0059)', async () => {
    await using scene = await openScene({ accounts: PEOPLE });
    const { bob } = await city(scene);
    const first = await searches(bob, { all: 'true' }, '<max>3</max>');
    expect(addressesOf(first)).toEqual(['cellar', 'garden', 'attic']);
    expect(setOf(first)).toMatchObject({ index: '0', count: '4' });
    const next = await searches(bob, { all: 'true' }, `<max>3</max><after>${setOf(first).last}</after>`);
    expect(addressesOf(next)).toEqual(['kitchen']);
    expect(setOf(next)).toMatchObject({ index: '3', count: '4' });
    const back = await searches(bob, { all: 'true' }, `<max>2</max><before>${setOf(next).first}</before>`);
    expect(addressesOf(back)).toEqual(['garden', 'attic']);
    expect(addressesOf(await searches(bob, { all: 'true' }, '<max>1</max><before/>'))).toEqual(['kitchen']);
    expect(addressesOf(await searches(bob, { all: 'true' }, '<max>1</max><index>1</index>'))).toEqual(['garden']);
    const count = await searches(bob, { all: 'true' }, '<max>0</max>');
    expect([addressesOf(count), setOf(count).count, setOf(count).first]).toEqual([[], '4', undefined]);
    const end = await searches(bob, { all: 'true' }, `<after>${setOf(next).last}</after>`);
    expect(addressesOf(end)).toEqual([]);
    const start = await searches(bob, { all: 'true' }, `<max>2</max><before>${setOf(first).first}</before>`);
    expect(addressesOf(start)).toEqual([]);
  });

  test('a page goes on where the last one ended although that room is gone', async () => {
    await using scene = await openScene({ accounts: PEOPLE });
    const { ann, bob } = await city(scene);
    const first = await searches(bob, { all: 'true', key: BY_ADDRESS }, '<max>1</max>');
    ann.sends(`<presence type='unavailable' to='attic@${SERVICE}/ann'/>`);
    await ann.next();
    const next = await searches(
      bob,
      { all: 'true', key: BY_ADDRESS },
      `<max>2</max><after>${setOf(first).last}</after>`,
    );
    expect(addressesOf(next)).toEqual(['cellar', 'garden']);
  });

  test.for(['<after>nowhere</after>', '<before>nowhere</before>'])('%s is no page', async (set) => {
    await using scene = await openScene({ accounts: PEOPLE });
    const ann = await scene.login('ann');
    expect(conditionOf(await searches(ann, { all: 'true' }, set))).toBe('item-not-found');
  });

  test('the whole list may be kept back (example 10)', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: { 'rooms.wholeSearch': 'nobody' } });
    const ann = await scene.login('ann');
    const answer = await searches(ann, { all: 'true' });
    expect(refusalOf(answer)).toEqual(['cancel', 'not-allowed', 'full-set-retrieval-rejected']);
    expect(addressesOf(await searches(ann, { q: 'garden' }))).toEqual([]);
  });

  test('the whole list may be for people of this server', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: { 'rooms.wholeSearch': 'accounts' } });
    const ann = await scene.login('ann');
    expect(addressesOf(await searches(ann, { all: 'true' }))).toEqual([]);
    const answers: Element[] = [];
    scene.server.router.remote = { deliver: ({ element }) => void answers.push(element) };
    scene.server.router.send(
      parseStanza(`<iq type='get' id='s' from='eve@far.example/x' to='${SERVICE}'>
        <search xmlns='${NS}:search'>${form({ all: 'true' })}</search></iq>`),
    );
    expect(answers.map(refusalOf)).toEqual([['auth', 'forbidden', 'full-set-retrieval-rejected']]);
  });

  test('whoever searches too often waits (example 9)', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: { 'rooms.maxSearches': 2 } });
    const ann = await scene.login('ann');
    const bob = await scene.login('bob');
    for (let i = 0; i < 2; i++) expect(addressesOf(await searches(ann, { q: 'garden' }))).toEqual([]);
    scene.clock.advance(20_000);
    const answer = await searches(ann, { q: 'garden' });
    expect(refusalOf(answer)).toEqual(['wait', 'resource-constraint', 'rate-limit']);
    expect(answer.child('error')?.child('rate-limit', `${NS}:error`)?.attr('retry-after')).toBe('40');
    expect(addressesOf(await searches(bob, { q: 'garden' }))).toEqual([]);
    scene.clock.advance(40_000);
    expect(addressesOf(await searches(ann, { q: 'garden' }))).toEqual([]);
  });

  test('is a feature of the service (example 1)', async () => {
    await using scene = await openScene({ accounts: PEOPLE });
    const ann = await scene.login('ann');
    const answer = await ann.request(
      `<iq type='get' to='${SERVICE}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    expect(answer.elements[0]?.elements.map((child) => child.attr('var'))).toContain(`${NS}:search`);
  });
});

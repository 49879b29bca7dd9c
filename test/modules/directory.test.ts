import { expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';

const NS = 'jabber:iq:search';
const DIRECTORY = 'directory.localhost';

async function verona() {
  const scene = await openScene({
    accounts: ['romeo', 'juliet', 'tybalt', 'nurse'],
  });
  const cards = {
    juliet: ['Juliet', 'Capulet', 'JuliC', 'juliet@shakespeare.lit'],
    tybalt: ['Týbalt', 'Capulet', 'ty', 'tybalt@shakespeare.lit'],
  };
  for (const [name, [given, family, nick, email]] of Object.entries(cards)) {
    const client = await scene.login(name);
    await client.request(
      `<iq type='set'><vCard xmlns='vcard-temp'><FN>${given} ${family}</FN><N><FAMILY>${family}</FAMILY><GIVEN>${given}</GIVEN></N><NICKNAME>${nick}</NICKNAME><EMAIL><USERID>${email}</USERID></EMAIL></vCard></iq>`,
    );
  }
  const romeo = await scene.login('romeo', 'home');
  const search = (content: string) =>
    romeo.request(`<iq type='set' to='${DIRECTORY}'><query xmlns='${NS}'>${content}</query></iq>`);
  return { scene, romeo, search, [Symbol.asyncDispose]: () => scene.close() };
}

const found = (answer: Element) =>
  answer
    .child('query', NS)
    ?.elements.map((item) => item.attr('jid'))
    .sort();

test('it is among the items of the server and says what it is', async () => {
  await using here = await verona();
  const items = await here.romeo.request(
    `<iq type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
  );
  expect(items.toXml()).toContain(`jid='${DIRECTORY}'`);
  const info = await here.romeo.request(
    `<iq type='get' to='${DIRECTORY}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
  );
  expect(info.toXml()).toContain(`category='directory' type='user'`);
  expect(info.toXml()).toContain(`var='${NS}'`);
});

test('examples 1, 2, 7 and 8: which fields there are, for old and new apps', async () => {
  await using here = await verona();
  const answer = await here.romeo.request(`<iq type='get' to='${DIRECTORY}'><query xmlns='${NS}'/></iq>`);
  const names = answer.child('query', NS)?.elements.map(({ name }) => name);
  expect(names).toEqual(['instructions', 'first', 'last', 'nick', 'email', 'x']);
});

test('examples 3 and 4: those whose names match', async () => {
  await using here = await verona();
  const answer = await here.search('<last>Capulet</last>');
  expect(found(answer)).toEqual(['juliet@localhost', 'tybalt@localhost']);
  const [juliet] = answer.child('query', NS)?.elements ?? [];
  expect(['first', 'last', 'nick', 'email'].map((name) => juliet?.childText(name))).toEqual([
    'Juliet',
    'Capulet',
    'JuliC',
    'juliet@shakespeare.lit',
  ]);
});

test('example 5: nobody', async () => {
  await using here = await verona();
  expect(found(await here.search('<last>Montague</last>'))).toEqual([]);
});

test('fields narrow one another, and neither case nor accents matter', async () => {
  await using here = await verona();
  expect(found(await here.search('<last>capu</last><first>TYBALT</first>'))).toEqual(['tybalt@localhost']);
});

test('without a word everybody is found, also who has no card', async () => {
  await using here = await verona();
  expect(found(await here.search(''))).toEqual([
    'juliet@localhost',
    'nurse@localhost',
    'romeo@localhost',
    'tybalt@localhost',
  ]);
});

test('examples 9 and 10: by a form, with a table as the answer', async () => {
  await using here = await verona();
  const submit = (field: string, value: string) =>
    here.search(
      `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${NS}</value></field><field var='${field}'><value>${value}</value></field></x>`,
    );
  const table = (await submit('anywhere', 'shakespeare')).child('query', NS)?.child('x', 'jabber:x:data');
  expect(table?.elements.map(({ name }) => name)).toEqual(['field', 'reported', 'item', 'item']);
  expect((await submit('last', 'Capulet')).toXml()).toContain(
    `<field var='jid'><value>juliet@localhost</value></field>`,
  );
});

test('a form that is no answer is refused', async () => {
  await using here = await verona();
  expect((await here.search(`<x xmlns='jabber:x:data' type='cancel'/>`)).toXml()).toContain('<bad-request');
});

test('who is switched off is not found', async () => {
  await using here = await verona();
  await here.scene.accounts.disable('tybalt');
  expect(found(await here.search('<last>Capulet</last>'))).toEqual(['juliet@localhost']);
});

test('no more are shown than the setting allows', async () => {
  await using scene = await openScene({ accounts: ['a', 'b', 'c'], settings: { 'directory.maxResults': 2 } });
  const a = await scene.login('a');
  const answer = await a.request(`<iq type='set' to='${DIRECTORY}'><query xmlns='${NS}'/></iq>`);
  expect(answer.child('query', NS)?.elements).toHaveLength(2);
});

test('a card that changes is found by what it says now', async () => {
  await using here = await verona();
  expect(found(await here.search('<nick>JuliC</nick>'))).toEqual(['juliet@localhost']);
  const juliet = await here.scene.login('juliet');
  await juliet.request(`<iq type='set'><vCard xmlns='vcard-temp'><NICKNAME>Jule</NICKNAME></vCard></iq>`);
  expect(found(await here.search('<nick>JuliC</nick>'))).toEqual([]);
  expect(found(await here.search('<nick>Jule</nick>'))).toEqual(['juliet@localhost']);
});

test('whoever takes the name of somebody who has left is not taken for him', async () => {
  await using here = await verona();
  expect(found(await here.search('<nick>JuliC</nick>'))).toEqual(['juliet@localhost']);
  await here.scene.accounts.remove('juliet');
  await here.scene.accounts.create({ localpart: 'juliet', password: 'another secret', role: 'member' });
  expect(found(await here.search('<nick>JuliC</nick>'))).toEqual([]);
});

test('a card of a great length does not make the answer as long', async () => {
  await using here = await verona();
  const juliet = await here.scene.login('juliet');
  const text = 'Juliet'.repeat(10_000);
  await juliet.request(
    `<iq type='set'><vCard xmlns='vcard-temp'><FN>${text}</FN><NICKNAME>${text}</NICKNAME></vCard></iq>`,
  );
  const answer = await here.search('<nick>Juliet</nick>');
  expect(found(answer)).toEqual(['juliet@localhost']);
  expect(answer.toXml().length).toBeLessThan(1_000);
});

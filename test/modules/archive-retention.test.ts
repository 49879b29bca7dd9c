/** How long archives keep: XEP-0313 section 3.2, settings `archive.keepDays`, `archive.maxBytes` and those for rooms. */
import { expect, test } from 'vitest';
import { parseJid } from '../../server/jid/jid.ts';
import { ARCHIVE } from '../../server/modulehost/services.ts';
import { el } from '../../server/xml/element.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { form, page } from './archive-steps.ts';

const DAY = 86_400_000;

/** Longer than from one look at the archives to the next, in steps, so that what is done in portions gets its turns. */
async function passes(scene: Scene, client: SceneClient): Promise<void> {
  for (let i = 0; i < 60; i++) {
    scene.clock.advance(15_000);
    await client.settles();
  }
}

async function available(scene: Scene, name: string): Promise<SceneClient> {
  const client = await scene.login(name);
  client.sends('<presence/>');
  await client.next();
  return client;
}

async function saysDaily(scene: Scene, client: SceneClient, count: number, body = ''): Promise<void> {
  for (let i = 0; i < count; i++) {
    client.sends(`<message to='nurse@localhost' type='chat' id='${i}'><body>word${i} ${body}</body></message>`);
    await client.settles();
    await client.next();
    scene.clock.advance(DAY);
  }
}

const idsOf = async (client: SceneClient) => (await page(client)).messages.map(({ message }) => message.attr('id'));

test('by age, the oldest messages go and their words with them', async () => {
  await using scene = await openScene({ accounts: ['romeo'], settings: { 'archive.keepDays': 3 } });
  const romeo = await available(scene, 'romeo');
  await saysDaily(scene, romeo, 6);
  await passes(scene, romeo);
  expect(await idsOf(romeo)).toEqual(['4', '5']);
  expect((await page(romeo, form({ '{urn:xmpp:fulltext:0}fulltext': 'word1' }))).bodies).toEqual([]);
  expect((await page(romeo, form({ '{urn:xmpp:fulltext:0}fulltext': 'word5' }))).messages.length).toBe(1);
  const metadata = await romeo.request(`<iq type='get'><metadata xmlns='urn:xmpp:mam:2'/></iq>`);
  expect(metadata.child('metadata', 'urn:xmpp:mam:2')?.child('start')?.attr('id')).toBe((await page(romeo)).first);
});

test('by size, the oldest messages go, however many there are', async () => {
  await using scene = await openScene({ accounts: ['romeo'], settings: { 'archive.maxBytes': 400_000 } });
  const romeo = await available(scene, 'romeo');
  const long = 'x'.repeat(100_000);
  for (let i = 0; i < 10; i++) romeo.sends(`<message type='chat' id='${i}'><body>${long}</body></message>`);
  for (let i = 0; i < 10; i++) await romeo.next();
  await passes(scene, romeo);
  expect(await idsOf(romeo)).toEqual(['7', '8', '9']);
  for (let i = 10; i < 12; i++) romeo.sends(`<message type='chat' id='${i}'><body>${long}</body></message>`);
  for (let i = 10; i < 12; i++) await romeo.next();
  await passes(scene, romeo);
  expect(await idsOf(romeo)).toEqual(['9', '10', '11']);
});

test('without limits everything stays', async () => {
  await using scene = await openScene({
    accounts: ['romeo'],
    settings: { 'archive.keepDays': 0, 'archive.maxBytes': 0 },
  });
  const romeo = await available(scene, 'romeo');
  await saysDaily(scene, romeo, 4);
  scene.clock.advance(10 * DAY);
  await passes(scene, romeo);
  expect((await idsOf(romeo)).length).toBe(4);
});

test('rooms have limits of their own', async () => {
  await using scene = await openScene({
    accounts: ['romeo'],
    settings: { 'archive.keepDays': 0, 'archive.roomKeepDays': 1 },
  });
  const romeo = await available(scene, 'romeo');
  const archive = scene.server.host.find(ARCHIVE);
  const partner = parseJid('coven@rooms.localhost/crone');
  if (archive === undefined || partner === undefined) throw new Error('no archive');
  const keep = (id: string) =>
    archive.keep('coven@rooms.localhost', partner, {
      id: archive.newId(),
      atMs: scene.clock.now(),
      element: el('message', 'jabber:client', { type: 'groupchat', from: partner.full, id }),
    });
  keep('old');
  await saysDaily(scene, romeo, 2);
  keep('new');
  await passes(scene, romeo);
  expect(archive.latest('coven@rooms.localhost', 10).map(({ element }) => element.attr('id'))).toEqual(['new']);
  expect((await idsOf(romeo)).length).toBe(2);
});

test('more than goes at once goes as well, and with an account all of it', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'], settings: { 'archive.keepDays': 1 } });
  const romeo = await available(scene, 'romeo');
  for (let i = 0; i < 1_200; i++) romeo.sends(`<message type='chat' id='${i}'><body>${i}</body></message>`);
  for (let i = 0; i < 1_200; i++) await romeo.next();
  scene.clock.advance(2 * DAY);
  romeo.sends(`<message type='chat' id='last'><body>last</body></message>`);
  await romeo.next();
  await passes(scene, romeo);
  expect(await idsOf(romeo)).toEqual(['last']);

  await scene.accounts.remove('romeo');
  await scene.login('juliet').then((juliet) => juliet.settles());
  const left = scene.database.reader.get<{ n: number }>('SELECT count(*) AS n FROM archive_message');
  expect(left).toEqual({ n: 0 });
});

test('what a crash left of a removed account is found and taken away', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await available(scene, 'romeo');
  romeo.sends(`<message type='chat' id='m'><body>mine</body></message>`);
  await romeo.next();
  await scene.database.writer.write([{ sql: 'UPDATE archive_message SET owner = ?', params: ['gone@localhost'] }]);
  await scene.restart();
  const juliet = await scene.login('juliet');
  await passes(scene, juliet);
  expect(scene.database.reader.get('SELECT count(*) AS n FROM archive_message')).toEqual({ n: 0 });
});

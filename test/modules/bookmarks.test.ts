import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import {
  asks,
  comes,
  conditionOf,
  events,
  heard,
  interested,
  itemsOf,
  PRIVATE,
  publishes,
  retracts,
} from './pep-clients.ts';

const NATIVE = 'urn:xmpp:bookmarks:1';
const LIST = 'storage:bookmarks';
const PLAY = 'theplay@conference.shakespeare.lit';
const ORCHARD = 'orchard@conference.shakespeare.lit';

/** XEP-0402 examples 5 and 7. */
const NATIVE_PLAY = `<conference xmlns='${NATIVE}' name='The Play' autojoin='true'><nick>JC</nick></conference>`;
const NATIVE_ORCHARD = `<conference xmlns='${NATIVE}' name='The Orchard' autojoin='true'><nick>JC</nick><extensions><state xmlns='http://myclient.example/bookmark/state' minimized='true'/></extensions></conference>`;
const LISTED_PLAY = `<conference jid='${PLAY}' name='The Play' autojoin='true'><nick>JC</nick></conference>`;
const LISTED_ORCHARD = `<conference jid='${ORCHARD}' name='The Orchard' autojoin='true'><nick>JC</nick></conference>`;
const listOf = (content: string) =>
  content === '' ? `<storage xmlns='${LIST}'/>` : `<storage xmlns='${LIST}'>${content}</storage>`;

const bookmark = (client: SceneClient, id: string, conference: string) =>
  publishes(client, NATIVE, id, conference, PRIVATE);
const storeList = (client: SceneClient, content: string) =>
  publishes(client, LIST, 'current', listOf(content), { persist_items: 'true', access_model: 'whitelist' });
const storePrivately = (client: SceneClient, content: string) =>
  asks(client, `<iq type='set'><query xmlns='jabber:iq:private'>${listOf(content)}</query></iq>`);

async function privateList(client: SceneClient): Promise<string | undefined> {
  const answer = await asks(client, `<iq type='get'><query xmlns='jabber:iq:private'>${listOf('')}</query></iq>`);
  return answer.child('query', 'jabber:iq:private')?.elements[0]?.toXml().replaceAll('"', "'");
}

describe('a bookmark that a new client publishes', () => {
  test('is in the lists of older clients, in PEP and in private storage', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const balcony = await interested(scene, 'juliet', 'balcony', NATIVE);
    const older = await interested(scene, 'juliet', 'chamber', LIST);
    expect((await bookmark(balcony, PLAY, NATIVE_PLAY)).attr('type')).toBe('result');
    expect(await events(balcony)).toEqual([`${NATIVE} item ${PLAY} ${NATIVE_PLAY}`]);
    expect(await events(older)).toEqual([`${LIST} item current ${listOf(LISTED_PLAY)}`]);
    expect(await itemsOf(older, LIST)).toEqual({ current: listOf(LISTED_PLAY) });
    expect(await privateList(older)).toBe(listOf(LISTED_PLAY));
  });

  test('leaves the list when it is retracted, and the last one leaves it empty', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const balcony = await interested(scene, 'juliet', 'balcony', NATIVE);
    const older = await interested(scene, 'juliet', 'chamber', LIST);
    await bookmark(balcony, PLAY, NATIVE_PLAY);
    await bookmark(balcony, ORCHARD, NATIVE_ORCHARD);
    await heard(older);
    await heard(balcony);
    await retracts(balcony, NATIVE, PLAY);
    expect(await events(older)).toEqual([`${LIST} item current ${listOf(LISTED_ORCHARD)}`]);
    expect(await events(balcony)).toEqual([`${NATIVE} retract ${PLAY}`]);
    await retracts(balcony, NATIVE, ORCHARD);
    expect(await events(older)).toEqual([`${LIST} item current ${listOf('')}`]);
    expect(await privateList(older)).toBe(listOf(''));
  });

  test('is not there before: a client that looks for the older list finds none', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    expect(await itemsOf(juliet, LIST)).toBe('item-not-found');
    expect(await privateList(juliet)).toBe(listOf(''));
  });

  test('is seen by nobody else in any of the nodes', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    await bookmark(await scene.login('juliet'), PLAY, NATIVE_PLAY);
    const romeo = await scene.login('romeo');
    for (const node of [NATIVE, LIST]) expect(typeof (await itemsOf(romeo, node, 'juliet@localhost'))).toBe('string');
  });
});

describe('the list that an older client stores in PEP', () => {
  test('becomes items, of which only what changed is told (XEP-0402 section 5.3.2)', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const balcony = await interested(scene, 'juliet', 'balcony', NATIVE);
    const older = await interested(scene, 'juliet', 'chamber', LIST);
    await storeList(older, LISTED_PLAY);
    expect(await events(balcony)).toEqual([`${NATIVE} item ${PLAY} ${NATIVE_PLAY}`]);
    expect(await events(older)).toEqual([`${LIST} item current ${listOf(LISTED_PLAY)}`]);

    await bookmark(balcony, ORCHARD, NATIVE_ORCHARD);
    await heard(balcony);
    await heard(older);
    const renamed = LISTED_ORCHARD.replace('The Orchard', 'The Garden');
    await storeList(older, LISTED_PLAY + renamed);
    // What the older client does not know stays with the bookmark.
    expect(await events(balcony)).toEqual([
      `${NATIVE} item ${ORCHARD} ${NATIVE_ORCHARD.replace('The Orchard', 'The Garden')}`,
    ]);
    expect(await events(older)).toEqual([`${LIST} item current ${listOf(LISTED_PLAY + renamed)}`]);

    await storeList(older, renamed);
    expect(await events(balcony)).toEqual([`${NATIVE} retract ${PLAY}`]);
    expect(await events(older)).toEqual([`${LIST} item current ${listOf(renamed)}`]);
  });

  test('keeps web pages and attributes of its own when a new client changes something', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const balcony = await scene.login('juliet', 'balcony');
    const older = await scene.login('juliet', 'chamber');
    const page = `<url name='Works' url='http://the-tech.mit.edu/Shakespeare/'/>`;
    const own = `<conference jid='${PLAY}' minimize='1'><print_status>all</print_status></conference>`;
    await storeList(older, page + own);
    await bookmark(balcony, PLAY, NATIVE_PLAY);
    expect(await privateList(older)).toBe(
      listOf(
        `${page}<conference jid='${PLAY}' name='The Play' autojoin='true' minimize='1'><nick>JC</nick><print_status>all</print_status></conference>`,
      ),
    );
  });

  test('can be deleted without the bookmarks', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    await bookmark(juliet, PLAY, NATIVE_PLAY);
    await asks(
      juliet,
      `<iq type='set'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><delete node='${LIST}'/></pubsub></iq>`,
    );
    expect(await itemsOf(juliet, LIST)).toBe('item-not-found');
    expect(await itemsOf(juliet, NATIVE)).toEqual({ [PLAY]: NATIVE_PLAY });
    expect(await privateList(juliet)).toBe(listOf(LISTED_PLAY));
  });
});

describe('the list that an older client stores privately', () => {
  test('is told to clients of both kinds in PEP (XEP-0411 section 3)', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const balcony = await interested(scene, 'juliet', 'balcony', NATIVE);
    const older = await interested(scene, 'juliet', 'chamber', LIST);
    const oldest = await scene.login('juliet', 'hall');
    expect((await storePrivately(oldest, LISTED_PLAY)).attr('type')).toBe('result');
    expect(await events(balcony)).toEqual([`${NATIVE} item ${PLAY} ${NATIVE_PLAY}`]);
    expect(await events(older)).toEqual([`${LIST} item current ${listOf(LISTED_PLAY)}`]);
    expect(await privateList(oldest)).toBe(listOf(LISTED_PLAY));

    await storePrivately(oldest, '');
    expect(await events(balcony)).toEqual([`${NATIVE} retract ${PLAY}`]);
    expect(await events(older)).toEqual([`${LIST} item current ${listOf('')}`]);
  });

  test('does not undo what other clients have done since it was read', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const balcony = await scene.login('juliet', 'balcony');
    const oldest = await scene.login('juliet', 'hall');
    await bookmark(balcony, PLAY, NATIVE_PLAY);
    expect(await privateList(oldest)).toBe(listOf(LISTED_PLAY));
    await bookmark(balcony, ORCHARD, NATIVE_ORCHARD);
    await bookmark(balcony, PLAY, NATIVE_PLAY.replace(`'true'`, `'false'`));
    const another = `<conference jid='hall@conference.shakespeare.lit'/>`;
    await storePrivately(oldest, LISTED_PLAY + another);
    const unchanged = LISTED_PLAY.replace(`'true'`, `'false'`);
    expect(await privateList(oldest)).toBe(listOf(unchanged + another + LISTED_ORCHARD));
    expect(await itemsOf(balcony, NATIVE)).toMatchObject({ [ORCHARD]: NATIVE_ORCHARD });
    // It has seen the others now, and may remove them.
    await storePrivately(oldest, unchanged);
    expect(Object.keys(await itemsOf(balcony, NATIVE))).toEqual([PLAY]);
  });

  test('outlives a crash of the server in all three places once it is said to be stored', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    await storePrivately(await scene.login('juliet'), LISTED_PLAY);
    await scene.crash();
    const juliet = await scene.login('juliet');
    expect(await privateList(juliet)).toBe(listOf(LISTED_PLAY));
    expect(await itemsOf(juliet, LIST)).toEqual({ current: listOf(LISTED_PLAY) });
    expect(await itemsOf(juliet, NATIVE)).toEqual({ [PLAY]: NATIVE_PLAY });
  });

  test('goes along with other private storage in one request', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    const notes = `<storage xmlns='storage:rosternotes'><note jid='a@b'>Hm</note></storage>`;
    await asks(juliet, `<iq type='set'><query xmlns='jabber:iq:private'>${listOf(LISTED_PLAY)}${notes}</query></iq>`);
    expect(await itemsOf(juliet, NATIVE)).toEqual({ [PLAY]: NATIVE_PLAY });
    juliet.sends(
      `<iq type='get' id='n'><query xmlns='jabber:iq:private'><storage xmlns='storage:rosternotes'/></query></iq>`,
    );
    await juliet.receives(`<iq type='result' id='n'><query xmlns='jabber:iq:private'>${notes}</query></iq>`);
  });
});

describe('bookmarks from before', () => {
  test('in private storage are taken over when their owner comes, and told (XEP-0411 section 4)', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    await scene.server.host.stop('bookmarks');
    const before = await scene.login('juliet');
    const page = `<url name='Works' url='http://the-tech.mit.edu/Shakespeare/'/>`;
    await storePrivately(before, page + LISTED_PLAY);
    await bookmark(before, ORCHARD, NATIVE_ORCHARD);
    expect(await itemsOf(before, LIST)).toBe('item-not-found');
    await before.ends();
    await scene.restart();
    const juliet = await scene.login('juliet', 'chamber');
    await comes(juliet, LIST);
    expect(await events(juliet)).toEqual([`${LIST} item current ${listOf(page + LISTED_PLAY + LISTED_ORCHARD)}`]);
    expect(await itemsOf(juliet, NATIVE)).toEqual({ [PLAY]: NATIVE_PLAY, [ORCHARD]: NATIVE_ORCHARD });
    expect(scene.database.reader.all('SELECT * FROM private_xml')).toEqual([]);
  });

  test('in the older node of PEP are taken over too', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    await scene.server.host.stop('bookmarks');
    await storeList(await scene.login('juliet'), LISTED_PLAY);
    await scene.restart();
    expect(await itemsOf(await scene.login('juliet'), NATIVE)).toEqual({ [PLAY]: NATIVE_PLAY });
  });
});

test('a room that clients spell in two ways goes whole when an older one removes it', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const juliet = await scene.login('juliet');
  await bookmark(juliet, PLAY, NATIVE_PLAY);
  await bookmark(juliet, PLAY.replace('theplay', 'ThePlay'), NATIVE_PLAY);
  await storeList(juliet, LISTED_ORCHARD);
  expect(Object.keys(await itemsOf(juliet, NATIVE))).toEqual([ORCHARD]);
  expect(await itemsOf(juliet, LIST)).toEqual({ current: listOf(LISTED_ORCHARD) });
});

test('a list that no older client would take is not written, however much each bookmark says', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const juliet = await scene.login('juliet');
  const long = `<conference xmlns='${NATIVE}' name='${'x'.repeat(100_000)}'/>`;
  for (const room of ['one', 'two', 'three']) await bookmark(juliet, `${room}@conference.shakespeare.lit`, long);
  expect(Object.keys(await itemsOf(juliet, NATIVE))).toHaveLength(3);
  expect(Object.values(await itemsOf(juliet, LIST))[0]?.length).toBeLessThan(256 * 1024);
});

describe('nodes that a client has opened to others', () => {
  test.each([NATIVE, LIST])('are closed before the server writes into %s (XEP-0411 section 5)', async (node) => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet');
    const payload = node === NATIVE ? NATIVE_PLAY : listOf(LISTED_PLAY);
    await publishes(juliet, node, node === NATIVE ? PLAY : 'current', payload, { access_model: 'open' });
    await storePrivately(juliet, LISTED_PLAY + LISTED_ORCHARD);
    const romeo = await scene.login('romeo');
    expect(typeof (await itemsOf(romeo, node, 'juliet@localhost'))).toBe('string');
  });
});

test('an account says that its bookmarks are one (XEP-0402 section 6, XEP-0411 section 2)', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const xmlns = 'http://jabber.org/protocol/disco#info';
  const answer = await asks(await scene.login('juliet'), `<iq type='get'><query xmlns='${xmlns}'/></iq>`);
  const features = answer.child('query', xmlns)?.elements.map((feature) => feature.attr('var'));
  expect(features).toEqual(
    expect.arrayContaining([`${NATIVE}#compat`, `${NATIVE}#compat-pep`, 'urn:xmpp:bookmarks-conversion:0']),
  );
});

test('what is not a list, or no bookmark, is left as it is', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const juliet = await scene.login('juliet');
  await publishes(juliet, NATIVE, 'strange', `<note xmlns='urn:example'/>`, PRIVATE);
  await publishes(juliet, LIST, 'current', `<note xmlns='urn:example'/>`);
  await storePrivately(juliet, LISTED_PLAY);
  await storePrivately(juliet, '');
  expect(await itemsOf(juliet, NATIVE)).toEqual({ strange: `<note xmlns='urn:example'/>` });
  expect(conditionOf(await asks(juliet, `<iq type='set'><query xmlns='jabber:iq:private'/></iq>`))).toBe(
    'not-acceptable',
  );
});

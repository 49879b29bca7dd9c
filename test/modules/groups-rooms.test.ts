/** The rooms of groups: members are in them, and find them among their bookmarks, without anybody's doing. */
import { expect, test } from 'vitest';
import type { Scene } from '../scene/scene.ts';
import { openScene, passwordOf } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { aWish, groupsOf, hearsAll, until } from './groups-steps.ts';

const ROOM = 'everyone@rooms.localhost';
const NS_BOOKMARKS = 'urn:xmpp:bookmarks:1';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const WITH_ROOM = { 'groups.everyoneRoom': true };

/** The bookmarks as XEP-0402 tells them: of each room its name, and whether it is entered by itself. */
async function bookmarks(client: SceneClient): Promise<readonly string[]> {
  const answer = await client.request(
    `<iq type='get'><pubsub xmlns='${NS_PUBSUB}'><items node='${NS_BOOKMARKS}'/></pubsub></iq>`,
  );
  const items = answer.child('pubsub', NS_PUBSUB)?.child('items')?.elements ?? [];
  return items.map((item) => {
    const conference = item.child('conference', NS_BOOKMARKS);
    return `${item.attr('id')} ${conference?.attr('name')} ${conference?.attr('autojoin')}`;
  });
}

async function members(admin: SceneClient, room = ROOM): Promise<readonly (string | undefined)[]> {
  const answer = await admin.request(
    `<iq type='get' to='${room}'><query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='member'/></query></iq>`,
  );
  return answer.elements[0]?.elements.map((item) => item.attr('jid')) ?? [];
}

/** Enters, and gives the error if there is one. */
async function enters(client: SceneClient, room = ROOM): Promise<string | undefined> {
  client.sends(`<presence to='${room}/${client.name}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  const heard = await until(
    client,
    (element) =>
      element.attr('type') === 'error' || (element.name === 'message' && element.child('subject') !== undefined),
  );
  return heard.at(-1)?.child('error')?.elements[0]?.name;
}

const settled = (scene: Scene) => groupsOf(scene).settled();

test('everyone is a member of one room, has it among the bookmarks of all kinds, and needs no invitation', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], admins: ['ann'], settings: WITH_ROOM });
  await settled(scene);
  const ann = await scene.login('ann');
  const ben = await scene.login('ben');
  expect(await members(ann)).toEqual(['ann@localhost', 'ben@localhost']);
  expect(await bookmarks(ben)).toEqual([`${ROOM} Everyone true`]);
  const older = await ben.request(
    `<iq type='get'><query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query></iq>`,
  );
  const listed = older.child('query', 'jabber:iq:private')?.elements[0]?.elements[0];
  expect([listed?.attr('jid'), listed?.attr('autojoin')]).toEqual([ROOM, 'true']);
  expect(await enters(ben)).toBeUndefined();
  const info = await ann.request(
    `<iq type='get' to='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
  );
  const features = info.elements[0]?.elements.map((feature) => feature.attr('var'));
  expect(features).toEqual(
    expect.arrayContaining(['muc_membersonly', 'muc_persistent', 'muc_nonanonymous', 'muc_public', 'urn:xmpp:mam:2']),
  );
});

test('a new account finds the room there, and one that is removed is out of it', async () => {
  await using scene = await openScene({ accounts: ['ann'], admins: ['ann'], settings: WITH_ROOM });
  await scene.accounts.create({ localpart: 'cleo', password: passwordOf('cleo'), role: 'member' });
  await settled(scene);
  const ann = await scene.login('ann');
  expect(await bookmarks(await scene.login('cleo'))).toEqual([`${ROOM} Everyone true`]);
  await scene.accounts.remove('cleo');
  await settled(scene);
  expect(await members(ann)).toEqual(['ann@localhost']);
});

test('a bookmark that its owner has removed or changed stays so, also after a restart', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: WITH_ROOM });
  await settled(scene);
  const ann = await scene.login('ann');
  const ben = await scene.login('ben');
  await ann.request(
    `<iq type='set'><pubsub xmlns='${NS_PUBSUB}'><retract node='${NS_BOOKMARKS}'><item id='${ROOM}'/></retract></pubsub></iq>`,
  );
  await ben.request(
    `<iq type='set'><pubsub xmlns='${NS_PUBSUB}'><publish node='${NS_BOOKMARKS}'><item id='${ROOM}'><conference xmlns='${NS_BOOKMARKS}' name='Office'/></item></publish></pubsub></iq>`,
  );
  await scene.accounts.create({ localpart: 'cleo', password: passwordOf('cleo'), role: 'member' });
  await settled(scene);
  await scene.restart();
  await settled(scene);
  expect(await bookmarks(await scene.login('ann'))).toEqual([]);
  expect(await bookmarks(await scene.login('ben'))).toEqual([`${ROOM} Office undefined`]);
});

test('who has bookmarked the room already keeps that bookmark', async () => {
  await using scene = await openScene({ accounts: ['ben'] });
  const ben = await scene.login('ben');
  await ben.request(
    `<iq type='set'><pubsub xmlns='${NS_PUBSUB}'><publish node='${NS_BOOKMARKS}'><item id='band@rooms.localhost'><conference xmlns='${NS_BOOKMARKS}' name='Mine'/></item></publish></pubsub></iq>`,
  );
  await groupsOf(scene).create({ ...aWish, name: 'Band', hasRoom: true, members: ['ben'] });
  expect(await bookmarks(ben)).toEqual(['band@rooms.localhost Mine undefined']);
});

test('whoever leaves the group has to leave its room, and the bookmark goes', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], admins: ['ann'] });
  const group = await groupsOf(scene).create({ ...aWish, name: 'Küche & Co', hasRoom: true, members: ['ben'] });
  const room = groupsOf(scene).find(group.id)?.room ?? '';
  expect(room).toBe('küche-co@rooms.localhost');
  const ben = await scene.login('ben', 'home');
  expect(await bookmarks(ben)).toEqual([`${room} Küche & Co true`]);
  expect(await enters(ben, room)).toBeUndefined();
  await groupsOf(scene).removeMembers(group.id, ['ben']);
  const gone = (await hearsAll(ben)).find((element) => element.attr('type') === 'unavailable');
  expect(gone?.attr('from')).toBe(`${room}/ben`);
  expect(await bookmarks(ben)).toEqual([]);
  expect(await enters(ben, room)).toBe('registration-required');
});

test('a room that is switched off loses nothing of what was said, and is back when it is switched on', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], admins: ['ann'] });
  const group = await groupsOf(scene).create({ ...aWish, name: 'Band', hasRoom: true, members: ['ben'] });
  const ben = await scene.login('ben', 'home');
  await enters(ben, 'band@rooms.localhost');
  ben.sends(`<message to='band@rooms.localhost' type='groupchat' id='m1'><body>One, two</body></message>`);
  await until(ben, (element) => element.attr('id') === 'm1');
  await groupsOf(scene).update(group.id, { hasRoom: false });
  expect(groupsOf(scene).find('band')?.room).toBeUndefined();
  await hearsAll(ben);
  expect(await enters(ben, 'band@rooms.localhost')).toBe('registration-required');
  await groupsOf(scene).update(group.id, { hasRoom: true, name: 'Orchestra' });
  await hearsAll(ben);
  expect(await bookmarks(ben)).toEqual(['band@rooms.localhost Orchestra true']);
  ben.sends(`<presence to='band@rooms.localhost/ben'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  const heard = await until(ben, (element) => element.child('subject') !== undefined);
  expect(heard.some((element) => element.childText('body') === 'One, two')).toBe(true);
});

test('a group that is called otherwise calls its room so, and the bookmarks of those who had not named it themselves', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: WITH_ROOM });
  await settled(scene);
  await scene.config.set('groups.everyoneName', 'Millers');
  await settled(scene);
  const ben = await scene.login('ben');
  expect(await bookmarks(ben)).toEqual([`${ROOM} Millers true`]);
  const info = await ben.request(
    `<iq type='get' to='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
  );
  expect(info.elements[0]?.child('identity')?.attr('name')).toBe('Millers');
});

test('a room goes with its group, and with nothing else', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], admins: ['ann'] });
  const group = await groupsOf(scene).create({ ...aWish, name: 'Band', hasRoom: true, members: ['ben'] });
  const ann = await scene.login('ann');
  const destroyed = await ann.request(
    `<iq type='set' to='band@rooms.localhost'><query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query></iq>`,
  );
  expect(destroyed.child('error')?.elements[0]?.name).toBe('not-allowed');
  await groupsOf(scene).remove(group.id);
  const ben = await scene.login('ben');
  expect(await bookmarks(ben)).toEqual([]);
  const gone = await ben.request(
    `<iq type='get' to='band@rooms.localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
  );
  expect(gone.child('error')?.elements[0]?.name).toBe('item-not-found');
});

test('a room that people have opened before is not taken over', async () => {
  await using scene = await openScene({
    accounts: ['ann', 'ben'],
    admins: ['ann'],
    settings: { 'rooms.lockNewRooms': false },
  });
  const ben = await scene.login('ben');
  await enters(ben);
  await scene.config.set('groups.everyoneRoom', true);
  await settled(scene);
  expect(groupsOf(scene).find('everyone')?.room).toBe('everyone-2@rooms.localhost');
  await hearsAll(ben);
  expect(await bookmarks(ben)).toEqual(['everyone-2@rooms.localhost Everyone true']);
});

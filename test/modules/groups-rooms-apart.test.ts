/** The rooms of groups where something goes wrong for one of the members: nobody else notices, and nobody stays in. */
import { expect, test } from 'vitest';
import { GROUP_ROOMS } from '../../server/modulehost/group-rooms.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { aWish, groupsOf, hearsAll, until } from './groups-steps.ts';

const ROOM = 'band@rooms.localhost';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';

/** An account that may keep no more kinds of entries in PEP, so that there is no place for bookmarks. */
async function fills(scene: Scene, name: string): Promise<SceneClient> {
  const client = await scene.login(name);
  for (const node of ['one', 'two']) {
    await client.request(
      `<iq type='set'><pubsub xmlns='${NS_PUBSUB}'><publish node='${node}'><item id='x'><x xmlns='urn:x'/></item></publish></pubsub></iq>`,
    );
  }
  return client;
}

async function bookmarks(client: SceneClient): Promise<readonly (string | undefined)[]> {
  const answer = await client.request(
    `<iq type='get'><pubsub xmlns='${NS_PUBSUB}'><items node='urn:xmpp:bookmarks:1'/></pubsub></iq>`,
  );
  return (
    answer
      .child('pubsub', NS_PUBSUB)
      ?.child('items')
      ?.elements.map((item) => item.attr('id')) ?? []
  );
}

/** Enters, and gives the error if there is one. */
async function enters(client: SceneClient): Promise<string | undefined> {
  await hearsAll(client);
  client.sends(`<presence to='${ROOM}/${client.name}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  const heard = await until(
    client,
    (element) => element.attr('type') === 'error' || element.child('subject') !== undefined,
  );
  return heard.at(-1)?.child('error')?.elements[0]?.name;
}

test('a member who has no place for a bookmark keeps nobody else from the room, nor in it', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben', 'cleo'], settings: { 'pep.maxNodes': 2 } });
  const ann = await fills(scene, 'ann');
  const group = await groupsOf(scene).create({
    ...aWish,
    name: 'Band',
    hasRoom: true,
    members: ['ann', 'ben', 'cleo'],
  });
  const cleo = await scene.login('cleo');
  expect(await bookmarks(cleo)).toEqual([ROOM]);
  expect(await enters(cleo)).toBeUndefined();
  expect(await enters(ann)).toBeUndefined();
  await groupsOf(scene).removeMembers(group.id, ['cleo', 'ann']);
  expect(await enters(cleo)).toBe('registration-required');
  expect(await enters(ann)).toBe('registration-required');
  expect(await bookmarks(cleo)).toEqual([]);
});

test('a bookmark for which there was no place is there as soon as there is one', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: { 'pep.maxNodes': 2 } });
  const ann = await fills(scene, 'ann');
  const group = await groupsOf(scene).create({ ...aWish, name: 'Band', hasRoom: true, members: ['ann'] });
  await ann.request(`<iq type='set'><pubsub xmlns='${NS_PUBSUB}#owner'><delete node='one'/></pubsub></iq>`);
  await groupsOf(scene).addMembers(group.id, ['ben']);
  expect(await bookmarks(ann)).toEqual([ROOM]);
});

test('nobody is quicker than the group to open its room', async () => {
  await using scene = await openScene({ accounts: ['ann'] });
  const rooms = scene.server.host.find(GROUP_ROOMS);
  expect(rooms?.freeName('band')).toBe('band');
  expect(rooms?.freeName('band')).toBe('band-2');
  expect(await enters(await scene.login('ann'))).toBe('not-allowed');
});

test('a name that rearranges what stands around it is none', async () => {
  await using scene = await openScene({ accounts: ['ann'] });
  await expect(groupsOf(scene).create({ ...aWish, name: 'Band\u202ednaB' })).rejects.toMatchObject({ code: 'invalid' });
});

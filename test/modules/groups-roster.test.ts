/** Shared contacts beside one's own: one item per person, what can be changed about it and what cannot, and its cost. */
import { expect, test, vi } from 'vitest';
import { ROSTER } from '../../server/modulehost/services.ts';
import { openScene, passwordOf } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { aWish, calls, EVERYBODY, groupsOf, hearsAll, online, pushed, roster, set } from './groups-steps.ts';

const shared = (name = 'ben') =>
  `<item jid='ben@localhost' name='${name}' subscription='both'><group>Everyone</group></item>`;
const renamed = shared('Benny').replace('<group>', '<group>Friends</group><group>');

test('a name of one’s own sticks, and one’s own groups stand beside the shared one', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  // As clients do it: the whole item, with the group that the server put it into.
  const item = `<item jid='ben@localhost' name='Benny'><group>Everyone</group><group>Friends</group></item>`;
  expect((await ann.request(set(item))).attr('type')).toBe('result');
  await pushed(ann, renamed);
  const ben = await scene.login('ben', 'desk');
  await calls(ben, 'Ben Miller');
  await pushed(ann, renamed);
  await scene.restart();
  const back = await scene.login('ann');
  expect((await roster(back)).items).toEqual([renamed]);
});

test('what a client only repeats is not taken for a name of one’s own', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  await ann.request(set(`<item jid='ben@localhost' name='ben'><group>Everyone</group></item>`));
  await pushed(ann, shared());
  await calls(await scene.login('ben', 'desk'), 'Ben Miller');
  await pushed(ann, shared('Ben Miller'));
  await scene.config.set('groups.everyone', false);
  await pushed(ann, `<item jid='ben@localhost' subscription='remove'/>`);
  expect((await roster(ann)).items).toEqual([]);
});

test('what somebody is called is kept while the group shows them no longer, and not for who gets the name later', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  await ann.request(set(`<item jid='ben@localhost' name='Benny'/>`));
  await pushed(ann, shared('Benny'));
  await scene.accounts.disable('ben');
  await pushed(ann, `<item jid='ben@localhost' subscription='remove'/>`);
  expect((await roster(ann)).items).toEqual([]);
  await scene.accounts.enable('ben');
  await pushed(ann, shared('Benny'));
  await scene.accounts.remove('ben');
  await pushed(ann, `<item jid='ben@localhost' subscription='remove'/>`);
  await scene.accounts.create({ localpart: 'ben', password: passwordOf('ben'), role: 'member' });
  await pushed(ann, shared());
});

test('a shared contact cannot be taken out: the client is told why, and that it is still there', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  const answer = await ann.request(set(`<item jid='ben@localhost' subscription='remove'/>`));
  const error = answer.child('error');
  expect([error?.attr('type'), error?.elements[0]?.name]).toEqual(['cancel', 'not-allowed']);
  expect(error?.elements[1]?.text()).toContain('shown to you by “Everyone”');
  await pushed(ann, shared());
});

test('subscriptions with a shared contact are neither asked for nor taken back, and nobody is bothered', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  const ben = await online(scene, 'ben');
  await hearsAll(ann);
  for (const type of ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed']) {
    ann.sends(`<presence to='ben@localhost' type='${type}'/>`);
    await pushed(ann, shared());
  }
  await ben.receivesNothing();
  ann.sends(`<presence><show>away</show></presence>`);
  await ben.receives(`<presence from='ann@localhost/home' to='ben@localhost'><show>away</show></presence>`);
});

test('people who were contacts before stay contacts after, and have one item meanwhile', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'] });
  await scene.server.host.find(ROSTER)?.befriend('ann', 'ben');
  const ann = await online(scene, 'ann');
  const ben = await online(scene, 'ben');
  await hearsAll(ann);
  const group = await groupsOf(scene).create({ ...aWish, name: 'Band', members: ['ann', 'ben'] });
  await pushed(ann, shared().replace('Everyone', 'Band'));
  await pushed(ben, shared().replace('Everyone', 'Band').replaceAll('ben', 'ann'));
  await groupsOf(scene).remove(group.id);
  await pushed(ann, `<item jid='ben@localhost' subscription='both'/>`);
  await ann.receivesNothing(); // no presence: both saw each other all the time
});

test('people of one group who become contacts by an invitation hear nothing twice', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  await online(scene, 'ben');
  await hearsAll(ann);
  await scene.server.host.find(ROSTER)?.befriend('ann', 'ben');
  await pushed(ann, shared());
  await ann.receivesNothing();
  await scene.config.set('groups.everyone', false);
  await pushed(ann, `<item jid='ben@localhost' subscription='both'/>`);
});

test('a request that waits is answered by the group, and waits again when the group goes', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'] });
  const ann = await online(scene, 'ann');
  ann.sends(`<presence to='ben@localhost' type='subscribe'/>`);
  await hearsAll(ann);
  const group = await groupsOf(scene).create({ ...aWish, name: 'Band', members: ['ann', 'ben'] });
  await pushed(ann, shared().replace('Everyone', 'Band'));
  const ben = await scene.login('ben', 'desk');
  await roster(ben);
  ben.appears();
  expect((await hearsAll(ben)).some((element) => element.attr('type') === 'subscribe')).toBe(false);
  await hearsAll(ann);
  await groupsOf(scene).remove(group.id);
  expect((await roster(await scene.login('ann', 'other'))).items).toEqual([
    `<item jid='ben@localhost' subscription='none' ask='subscribe'/>`,
  ]);
});

test('XEP-0191: who is blocked sees nothing, group or not', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  const ben = await online(scene, 'ben');
  await hearsAll(ann);
  ann.sends(`<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='ben@localhost'/></block></iq>`);
  await ben.receives(`<presence from='ann@localhost/home' to='ben@localhost' type='unavailable'/>`);
  ann.sends(`<presence><show>away</show></presence>`);
  await ben.receivesNothing();
});

test('a contact list that is full of one’s own has room for everyone', async () => {
  await using scene = await openScene({
    accounts: ['ann', 'ben', 'cleo'],
    settings: { ...EVERYBODY, 'roster.maxItems': 1 },
  });
  const ann = await online(scene, 'ann');
  await ann.request(set(`<item jid='ben@localhost' name='Benny'/>`));
  await hearsAll(ann);
  expect((await ann.request(set(`<item jid='nurse@verona.lit'/>`))).attr('type')).toBe('result');
  await hearsAll(ann);
  const answer = await ann.request(set(`<item jid='friar@verona.lit'/>`));
  expect(answer.child('error')?.elements[0]?.name).toBe('resource-constraint');
  expect((await roster(ann)).items.length).toBe(3);
});

test('XEP-0163: what a group lets people read they cannot read without it, whoever of them is there', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'] });
  const group = await groupsOf(scene).create({ ...aWish, name: 'Band', members: ['ann', 'ben'] });
  const pubsub = 'http://jabber.org/protocol/pubsub';
  const ann = await scene.login('ann', 'home');
  await ann.request(
    `<iq type='set'><pubsub xmlns='${pubsub}'><publish node='mood'><item id='1'><mood xmlns='mood'/></item></publish></pubsub></iq>`,
  );
  const asks = (ben: SceneClient, type: string, inside: string) =>
    ben.request(`<iq type='${type}' to='ann@localhost'><pubsub xmlns='${pubsub}'>${inside}</pubsub></iq>`);
  const subscribed = await asks(
    await scene.login('ben', 'desk'),
    'set',
    `<subscribe node='mood' jid='ben@localhost'/>`,
  );
  expect(subscribed.attr('type')).toBe('result');
  await scene.restart(); // nobody's list is in memory
  await groupsOf(scene).remove(group.id);
  await new Promise(setImmediate);
  const ben = await scene.login('ben', 'desk');
  expect((await asks(ben, 'get', `<items node='mood'/>`)).attr('type')).toBe('error');
  const left = await asks(ben, 'get', '<subscriptions/>');
  expect(left.child('pubsub', pubsub)?.child('subscriptions')?.elements).toEqual([]);
});

test('200 people: who comes is told once of each who is there, and each once of him; a change is one stanza each', async () => {
  const accounts = Array.from({ length: 200 }, (_, number) => `p${number}`);
  await using scene = await openScene({ accounts, settings: EVERYBODY });
  const clients: SceneClient[] = [];
  for (const name of accounts) {
    const client = await scene.login(name, 'home');
    client.appears();
    clients.push(client);
  }
  const [first] = clients;
  if (first === undefined) throw new Error('there is nobody');
  const presences = async () => {
    let count = 0;
    for (const client of clients) count += (await hearsAll(client)).filter(({ name }) => name === 'presence').length;
    return count;
  };
  expect(await presences()).toBe(200 * 200);
  const reads = [vi.spyOn(scene.database.reader, 'all'), vi.spyOn(scene.database.reader, 'get')];
  first.sends(`<presence><show>away</show></presence>`);
  expect(await presences()).toBe(200);
  expect(reads.map((spy) => spy.mock.calls.length)).toEqual([0, 0]);
});

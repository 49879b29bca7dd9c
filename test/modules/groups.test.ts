/** Groups: who sees whom, as it is when somebody comes, and as it changes while people are there. */
import { expect, test } from 'vitest';
import { ROSTER } from '../../server/modulehost/services.ts';
import { openScene, passwordOf } from '../scene/scene.ts';
import { aWish, calls, EVERYBODY, groupsOf, hearsAll, isCurrent, online, pushed, roster } from './groups-steps.ts';

const item = (name: string, group = 'Everyone') =>
  `<item jid='${name}@localhost' name='${name}' subscription='both'><group>${group}</group></item>`;

test('everyone has everyone else in the contact list, and nobody themselves', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben', 'cleo'], settings: EVERYBODY });
  const ann = await scene.login('ann');
  expect((await roster(ann)).items).toEqual([item('ben'), item('cleo')]);
});

test('whoever comes sees who is there, and is seen', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  const ben = await scene.login('ben', 'desk');
  ben.sends('<presence><show>away</show></presence>');
  await ann.receives(`<presence from='ben@localhost/desk' to='ann@localhost'><show>away</show></presence>`);
  await ben.receives(`<presence from='ben@localhost/desk'><show>away</show></presence>`);
  const shown = await ben.next();
  expect([shown.name, shown.attr('from')]).toEqual(['presence', 'ann@localhost/home']);
});

test('a new account appears at once, and is gone at once when it is removed', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  await scene.accounts.create({ localpart: 'cleo', password: passwordOf('cleo'), role: 'member' });
  await pushed(ann, item('cleo'));
  const cleo = await online(scene, 'cleo');
  await ann.receives(`<presence from='cleo@localhost/home' to='ann@localhost'/>`);
  await scene.accounts.remove('cleo');
  await ann.receives(`<presence from='cleo@localhost/home' to='ann@localhost' type='unavailable'/>`);
  await pushed(ann, `<item jid='cleo@localhost' subscription='remove'/>`);
  await ann.receivesNothing();
  cleo.drops();
});

test('an account that is switched off is not shown until it is switched on again', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben', 'cleo'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  await scene.accounts.disable('ben');
  await pushed(ann, `<item jid='ben@localhost' subscription='remove'/>`);
  expect((await roster(ann)).items).toEqual([item('cleo')]);
  await scene.accounts.enable('ben');
  await pushed(ann, item('ben'));
});

test('limited and expiring accounts are not shown to everyone, unless they are put into a group', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  await scene.accounts.setRole('ben', 'limited');
  await pushed(ann, `<item jid='ben@localhost' subscription='remove'/>`);
  const expiresAt = scene.clock.now() + 3_600_000;
  await scene.accounts.create({ localpart: 'guest', password: passwordOf('guest'), role: 'member', expiresAt });
  await ann.receivesNothing();
  await groupsOf(scene).create({ ...aWish, name: 'Visit', members: ['ann', 'guest'] });
  await pushed(ann, item('guest', 'Visit'));
});

test('people are shown by the names that they give themselves, and by new ones as soon as there are any', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  const ben = await scene.login('ben', 'desk');
  await calls(ben, 'Ben Miller');
  await pushed(ann, item('ben').replace(`name='ben'`, `name='Ben Miller'`));
  ben.sends(`<iq type='set' id='n'><vCard xmlns='vcard-temp'><NICKNAME>Benny</NICKNAME></vCard></iq>`);
  await pushed(ann, item('ben').replace(`name='ben'`, `name='Benny'`));
  ben.sends(`<iq type='set' id='n'><vCard xmlns='vcard-temp'/></iq>`);
  await pushed(ann, item('ben'));
});

test('XEP-0172: a nickname in PEP is a name for who has no other', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  const ben = await scene.login('ben', 'desk');
  const nick = (text: string) =>
    ben.sends(
      `<iq type='set' id='n'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='http://jabber.org/protocol/nick'><item><nick xmlns='http://jabber.org/protocol/nick'>${text}</nick></item></publish></pubsub></iq>`,
    );
  nick('Benny\u202e the\nBrave');
  await pushed(ann, item('ben').replace(`name='ben'`, `name='Benny the Brave'`));
});

test('a group shows its members to each other, and to the groups that may see it', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben', 'cleo', 'dan'] });
  const groups = groupsOf(scene);
  const team = await groups.create({ ...aWish, name: 'Team', members: ['ann', 'ben'] });
  await groups.create({ ...aWish, name: 'Clients', isShared: false, members: ['cleo', 'dan'] });
  const cleo = await online(scene, 'cleo');
  const ann = await online(scene, 'ann');
  expect((await roster(ann)).items).toEqual([item('ben', 'Team')]);
  expect((await roster(cleo)).items).toEqual([]);
  const clients = groups.find('clients');
  await groups.update(team.id, { seenBy: [clients?.id ?? ''] });
  const seen = item('ann', 'Team').replace('both', 'to');
  await pushed(cleo, seen);
  await pushed(cleo, item('ben', 'Team').replace('both', 'to'));
  const shown = await cleo.next();
  expect([shown.name, shown.attr('from')]).toEqual(['presence', 'ann@localhost/home']);
  // Who looks after clients has no list full of them, and does not hear of their coming and going.
  await ann.receivesNothing();
  expect((await roster(ann)).items).toEqual([item('ben', 'Team')]);
  cleo.sends(`<presence><show>away</show></presence>`);
  await cleo.receives(`<presence from='cleo@localhost/home'><show>away</show></presence>`);
  await ann.receivesNothing();
  ann.sends(`<presence><show>dnd</show></presence>`);
  await cleo.receives(`<presence from='ann@localhost/home' to='cleo@localhost'><show>dnd</show></presence>`);
});

test('who sees somebody because of a group is known to what looks after them, although no list shows it', async () => {
  await using scene = await openScene({ accounts: ['ann', 'cleo'] });
  const clients = await groupsOf(scene).create({ ...aWish, name: 'Clients', isShared: false, members: ['cleo'] });
  await groupsOf(scene).create({ ...aWish, name: 'Team', members: ['ann'], seenBy: [clients.id] });
  const service = scene.server.host.find(ROSTER);
  expect([...(service?.contacts('ann') ?? [])]).toEqual(['cleo@localhost']);
  expect(service?.hasContact('ann', 'cleo@localhost')).toBe(true);
  expect([...(service?.entries('ann') ?? [])]).toEqual([]);
  // A domain that is blocked hides the account from them as well (XEP-0191).
  const ann = await online(scene, 'ann');
  const cleo = await online(scene, 'cleo');
  ann.sends(`<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='cleo@localhost'/></block></iq>`);
  await cleo.receives(`<presence from='ann@localhost/home' to='cleo@localhost' type='unavailable'/>`);
});

test('XEP-0292: the name of a profile of the new kind is shown as well', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  const ben = await scene.login('ben', 'desk');
  ben.sends(
    `<iq type='set' id='n'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:vcard4'><item id='current'><vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Ben M.</text></fn></vcard></item></publish></pubsub></iq>`,
  );
  await pushed(ann, item('ben').replace(`name='ben'`, `name='Ben M.'`));
});

test('whoever is in two groups stands in both, once; and stays while one of them is left', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  const ben = await online(scene, 'ben');
  await hearsAll(ann);
  const kitchen = await groupsOf(scene).create({ ...aWish, name: 'Kitchen', members: ['ann', 'ben'] });
  const both = item('ben').replace('</item>', '<group>Kitchen</group></item>');
  await pushed(ann, both);
  await pushed(ben, both.replaceAll('ben', 'ann'));
  await groupsOf(scene).update(kitchen.id, { name: 'Scullery' });
  await pushed(ann, both.replace('Kitchen', 'Scullery'));
  await groupsOf(scene).removeMembers(kitchen.id, ['ben']);
  await pushed(ann, item('ben'));
  await ann.receivesNothing(); // neither of them went away
});

test('members that come to a group and go again appear and vanish in both directions', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'] });
  const ann = await online(scene, 'ann');
  const ben = await online(scene, 'ben');
  const group = await groupsOf(scene).create({ ...aWish, name: 'Band', members: ['ann'] });
  await groupsOf(scene).addMembers(group.id, ['ben']);
  for (const [client, other] of [
    [ann, 'ben'],
    [ben, 'ann'],
  ] as const) {
    await pushed(client, item(other, 'Band'));
    expect((await client.next()).attr('from')).toBe(`${other}@localhost/home`);
  }
  await groupsOf(scene).remove(group.id);
  for (const [client, other] of [
    [ann, 'ben'],
    [ben, 'ann'],
  ] as const) {
    await client.receives(
      `<presence from='${other}@localhost/home' to='${client.name}@localhost' type='unavailable'/>`,
    );
    await pushed(client, `<item jid='${other}@localhost' subscription='remove'/>`);
  }
});

test('XEP-0237: whatever is shared otherwise is another version, and the same again is the same one', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const first = await scene.login('ann');
  const { ver } = await roster(first);
  expect(await isCurrent(first, ver)).toBe(true);
  first.drops();
  await scene.accounts.create({ localpart: 'cleo', password: passwordOf('cleo'), role: 'member' });
  const second = await scene.login('ann', 'second');
  expect(await isCurrent(second, ver)).toBe(false);
  const now = (await roster(second)).ver;
  await scene.restart();
  const third = await scene.login('ann', 'third');
  expect(await isCurrent(third, now)).toBe(true);
  await scene.accounts.remove('cleo');
  expect(await pushed(third, `<item jid='cleo@localhost' subscription='remove'/>`)).toBe(ver);
});

test('everyone can be called otherwise, and switched off, while people are there', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben'], settings: EVERYBODY });
  const ann = await online(scene, 'ann');
  await scene.config.set('groups.everyoneName', 'Millers');
  await pushed(ann, item('ben', 'Millers'));
  await scene.config.set('groups.everyone', false);
  await pushed(ann, `<item jid='ben@localhost' subscription='remove'/>`);
});

test('groups and their members are there after a restart', async () => {
  await using scene = await openScene({ accounts: ['ann', 'ben', 'cleo'] });
  const team = await groupsOf(scene).create({ ...aWish, name: 'Team', members: ['ann', 'ben'] });
  await groupsOf(scene).addMembers(team.id, ['cleo']);
  const before = groupsOf(scene).list();
  await scene.restart();
  expect(groupsOf(scene).list()).toEqual(before);
  await scene.accounts.remove('ben');
  expect(groupsOf(scene).find('team')?.members).toEqual(['ann', 'cleo']);
});

test('what cannot be is refused with a sentence', async () => {
  await using scene = await openScene({ accounts: ['ann'], settings: EVERYBODY });
  const groups = groupsOf(scene);
  const team = await groups.create({ ...aWish, name: ' Team ' });
  await expect(groups.create({ ...aWish, name: 'tEAM' })).rejects.toThrow('There is a group called “Team” already.');
  await expect(groups.create({ ...aWish, name: 'Everyone' })).rejects.toThrow('already');
  await expect(groups.create({ ...aWish, name: ' ' })).rejects.toThrow('1 to 100 characters');
  await expect(groups.addMembers(team.id, ['nobody'])).rejects.toThrow('There is no account “nobody”.');
  await expect(groups.addMembers('gone', ['ann'])).rejects.toThrow('There is no such group.');
  await expect(groups.remove('everyone')).rejects.toThrow('Everyone with an account is in “Everyone”.');
  await expect(groups.update(team.id, { seenBy: ['gone'] })).rejects.toThrow('not there');
});

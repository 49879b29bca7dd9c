/** Invitations that put whoever comes into groups. */
import { expect, test } from 'vitest';
import { INVITATIONS } from '../../server/modulehost/invitations.ts';
import { openScene } from '../scene/scene.ts';
import { aWish, groupsOf, online, pushed } from './groups-steps.ts';
import { invited, joined } from './invitations-steps.ts';

test('whoever comes by an invitation is in its groups at once', async () => {
  await using scene = await openScene({ accounts: ['ann'] });
  await groupsOf(scene).create({ ...aWish, name: 'Kitchen', members: ['ann'] });
  const ann = await online(scene, 'ann');
  const { token, groups } = await invited(scene, { groups: ['kitchen'] });
  expect(groups).toEqual(['Kitchen']);
  expect((await joined(scene, token, 'ben')).attr('type')).toBe('result');
  await pushed(ann, `<item jid='ben@localhost' name='ben' subscription='both'><group>Kitchen</group></item>`);
  expect(groupsOf(scene).find('Kitchen')?.members).toEqual(['ann', 'ben']);
  await scene.restart();
  expect(groupsOf(scene).find('Kitchen')?.members).toEqual(['ann', 'ben']);
});

test('an invitation names no group that there is not, and goes by what a group is called later', async () => {
  await using scene = await openScene({ accounts: ['ann'] });
  await expect(invited(scene, { groups: ['Kitchen'] })).rejects.toThrow('There is no group “Kitchen”.');
  const kitchen = await groupsOf(scene).create({ ...aWish, name: 'Kitchen' });
  const garden = await groupsOf(scene).create({ ...aWish, name: 'Garden' });
  const { token } = await invited(scene, { groups: ['Kitchen', garden.id] });
  await groupsOf(scene).update(kitchen.id, { name: 'Scullery' });
  await groupsOf(scene).remove(garden.id);
  expect(scene.server.host.find(INVITATIONS)?.list()[0]?.groups).toEqual(['Scullery']);
  expect((await joined(scene, token, 'ben')).attr('type')).toBe('result');
  expect(groupsOf(scene).find('Scullery')?.members).toEqual(['ben']);
});

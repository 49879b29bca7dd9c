import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../server/accounts/permissions.ts';
import { openScene } from '../scene/scene.ts';

function openOffice() {
  return openScene({ accounts: ['boss', 'ann'], admins: ['boss'] });
}

describe('a role of one’s own', () => {
  test('is there after a restart, with its holders', async () => {
    await using scene = await openOffice();
    await scene.accounts.roles.create('Door keeper', ['people.write', 'people.read']);
    await scene.accounts.setRole('ann', 'Door keeper');
    await scene.restart();
    const { accounts } = scene;
    expect(accounts.get('ann')?.role).toBe('Door keeper');
    expect([...accounts.roles.permissionsOf('Door keeper')]).toEqual(['people.read', 'people.write']);
    expect(accounts.roles.list().map(({ name, isBuiltIn }) => [name, isBuiltIn])).toEqual([
      ['limited', true],
      ['member', true],
      ['admin', true],
      ['Door keeper', false],
    ]);
  });

  test('counts as a member’s where people chat', async () => {
    await using scene = await openOffice();
    await scene.accounts.roles.create('keeper', []);
    await scene.accounts.setRole('ann', 'keeper');
    await scene.login('ann', 'desk');
    const jid = scene.server.sessions.get('ann', 'desk')?.jid;
    const roles: (string | undefined)[] = [];
    scene.server.host.start({
      name: 'looking',
      summary: 'Looks at a role.',
      xeps: [],
      start: (host) => {
        roles.push(jid && host.roleOf(jid));
        return {};
      },
    });
    expect(roles).toEqual(['member']);
  });

  test('changes for everybody who has it, and is left when nobody has it', async () => {
    await using scene = await openOffice();
    const { roles } = scene.accounts;
    await roles.create('keeper', ['people.read']);
    await scene.accounts.setRole('ann', 'keeper');
    await roles.update('keeper', ['announce']);
    expect([...roles.permissionsOf('keeper')]).toEqual(['announce']);
    await expect(roles.remove('keeper')).rejects.toMatchObject({
      code: 'conflict',
      message: 'One account has the role "keeper". Give another role there first.',
    });
    await scene.accounts.setRole('ann', 'member');
    await roles.remove('keeper');
    expect(roles.has('keeper')).toBe(false);
    expect(roles.permissionsOf('keeper').size).toBe(0);
  });

  test.each(['', ' ', '-x', 'a/b', 'x'.repeat(65)])('cannot be called “%s”', async (name) => {
    await using scene = await openOffice();
    await expect(scene.accounts.roles.create(name, [])).rejects.toMatchObject({ code: 'invalid-name' });
  });

  test('is not called as another one, whatever the case', async () => {
    await using scene = await openOffice();
    const { roles } = scene.accounts;
    await roles.create('Keeper', []);
    for (const name of ['keeper', 'KEEPER', 'Admin', 'member']) {
      await expect(roles.create(name, []), name).rejects.toMatchObject({ code: 'conflict' });
    }
  });

  test('that does not exist is given to nobody', async () => {
    await using scene = await openOffice();
    const wanted = { localpart: 'eve', password: 'long enough', role: 'owner' };
    await expect(scene.accounts.create(wanted)).rejects.toMatchObject({ code: 'not-found' });
    await expect(scene.accounts.setRole('ann', 'owner')).rejects.toMatchObject({ code: 'not-found' });
    await expect(scene.accounts.roles.update('owner', [])).rejects.toMatchObject({ code: 'not-found' });
    await expect(scene.accounts.roles.remove('owner')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('with every permission is no administrator: the last one stays', async () => {
    await using scene = await openOffice();
    await scene.accounts.roles.create('deputy', EVERYTHING);
    await scene.accounts.setRole('ann', 'deputy');
    await expect(scene.accounts.setRole('boss', 'deputy')).rejects.toMatchObject({ code: 'last-admin' });
  });
});

test.each(['limited', 'member', 'admin'])('the role %s cannot be changed', async (name) => {
  await using scene = await openOffice();
  const { roles } = scene.accounts;
  await expect(roles.update(name, [])).rejects.toMatchObject({ code: 'conflict' });
  await expect(roles.remove(name)).rejects.toMatchObject({ code: 'conflict' });
  expect(roles.permissionsOf(name).size).toBe(name === 'admin' ? EVERYTHING.size : 0);
});

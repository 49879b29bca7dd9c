/** What an invitation gives is never more than who made it may give, and no name that somebody else is to have. */
import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import { conditionOf, invited, joined, opened, preauth, register, states, textOf } from './invitations-steps.ts';

const CAST = { accounts: ['ann', 'paris'], admins: ['ann'] };

describe('an invitation to more than its maker may give by now', () => {
  test('is worth nothing once an administrator is none any more', async () => {
    await using scene = await openScene(CAST);
    await scene.accounts.setRole('paris', 'admin');
    const { token } = await invited(scene, { role: 'admin', creator: 'paris' });
    const modest = await invited(scene, { role: 'member', creator: 'paris' });
    expect(states(scene)).toEqual(['open', 'open']);
    await scene.accounts.setRole('paris', 'member');
    const refused = await joined(scene, token, 'mercutio');
    expect(conditionOf(refused)).toBe('item-not-found');
    expect(textOf(refused)).toMatch(/taken back/);
    expect((await joined(scene, modest.token, 'juliet')).attr('type')).toBe('result');
    expect(scene.accounts.list().map(({ localpart }) => localpart)).toEqual(['ann', 'juliet', 'paris']);
  });

  test('lets in nobody who has shown it before that and registers after', async () => {
    await using scene = await openScene(CAST);
    await scene.accounts.setRole('paris', 'admin');
    const { token } = await invited(scene, { role: 'admin', creator: 'paris' });
    const early = await opened(scene);
    expect((await preauth(early, token)).attr('type')).toBe('result');
    await scene.accounts.setRole('paris', 'member');
    const refused = await register(early, 'mercutio');
    expect(conditionOf(refused)).toBe('not-allowed');
    expect(textOf(refused)).toMatch(/taken back/);
    expect(scene.accounts.has('mercutio')).toBe(false);
  });

  test('gives no new password of somebody who has risen above its maker', async () => {
    await using scene = await openScene({ accounts: ['ann', 'clerk', 'paris'], admins: ['ann'] });
    await scene.accounts.roles.create('desk', ['people.write']);
    await scene.accounts.setRole('clerk', 'desk');
    await invited(scene, { purpose: 'password', localpart: 'paris', role: 'limited', creator: 'clerk' });
    expect(states(scene)).toEqual(['open']);
    await scene.accounts.setRole('paris', 'admin');
    expect(states(scene)).toEqual(['revoked']);
  });

  test('of this computer is what it was', async () => {
    await using scene = await openScene(CAST);
    await invited(scene, { role: 'admin' });
    await invited(scene, { purpose: 'password', localpart: 'ann' });
    expect(states(scene)).toEqual(['open', 'open']);
  });
});

describe('a name that looks like one', () => {
  test('which an invitation keeps for somebody is kept as well', async () => {
    await using scene = await openScene({ settings: { 'registration.open': true, 'registration.approval': false } });
    const hers = await invited(scene, { localpart: 'alice' });
    const { token } = await invited(scene);
    expect(conditionOf(await joined(scene, token, 'a1ice'))).toBe('conflict');
    expect(conditionOf(await register(await opened(scene), 'a1ice'))).toBe('conflict');
    await expect(invited(scene, { localpart: 'a1ice' })).rejects.toMatchObject({ code: 'conflict' });
    expect((await joined(scene, hers.token, 'alice')).attr('type')).toBe('result');
  });

  test('which makes its holder an administrator is not to be had', async () => {
    await using scene = await openScene({
      settings: {
        'registration.open': true,
        'registration.approval': false,
        'admin.jids': ['lord@localhost'],
      },
    });
    const { token } = await invited(scene);
    expect(conditionOf(await joined(scene, token, '1ord'))).toBe('conflict');
    expect(conditionOf(await register(await opened(scene), '1ord'))).toBe('conflict');
  });
});

/** How far an invitation has come, as whoever made it follows it. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { FollowedInvitation } from '../../server/administration/invitation.ts';
import { createWeb } from '../../server/listeners/web.ts';
import { INVITATIONS, JOIN_PAGES } from '../../server/modulehost/invitations.ts';
import { openScene, passwordOf, type Scene } from '../scene/scene.ts';
import { conditionOf, invited, joined, opened, preauth, register } from './invitations-steps.ts';

function followed(scene: Scene, id: string): FollowedInvitation | undefined {
  return scene.server.host
    .find(INVITATIONS)
    ?.list()
    .find((invitation) => invitation.id === id);
}

function changes(scene: Scene): { count: number } {
  const told = { count: 0 };
  scene.server.host.find(INVITATIONS)?.onChange(() => {
    told.count += 1;
  });
  return told;
}

/** With the password that scenes sign in with. */
async function joins(scene: Scene, token: string, name: string): Promise<void> {
  const client = await opened(scene);
  await preauth(client, token);
  expect((await register(client, name, passwordOf(name))).attr('type')).toBe('result');
}

/** What the script of the join page asks. */
async function looksAt(scene: Scene, token: string): Promise<number> {
  const pages = scene.server.host.find(JOIN_PAGES);
  if (pages === undefined) throw new Error('there are no pages');
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const trust = { authority: undefined, fingerprint: 'AB', addresses: [], port: 5222 };
  const web = await createWeb({ routes: [pages.routes(() => trust)], log: { ...log, child: () => log as never } });
  const hash = createHash('sha256').update(token).digest('hex');
  return (await web.inject(`/join/invitation?of=${hash}`)).statusCode;
}

describe('an invitation', () => {
  test('tells that its page was opened, once, and when', async () => {
    await using scene = await openScene();
    const { id, token } = await invited(scene);
    const told = changes(scene);
    expect(followed(scene, id)).toMatchObject({ openedAtMs: undefined, uses: [] });
    const atMs = scene.clock.now();
    expect(await looksAt(scene, token)).toBe(200);
    scene.clock.advance(60_000);
    await looksAt(scene, token);
    expect(followed(scene, id)?.openedAtMs).toBe(atMs);
    expect(told.count).toBe(1);
  });

  test('that is over is not opened any more, and a forged one opens nothing', async () => {
    await using scene = await openScene();
    const { id, token } = await invited(scene);
    await scene.server.host.find(INVITATIONS)?.revoke(id);
    const told = changes(scene);
    expect(await looksAt(scene, token)).toBe(410);
    expect(await looksAt(scene, 'f'.repeat(32))).toBe(404);
    expect(followed(scene, id)?.openedAtMs).toBeUndefined();
    expect(told.count).toBe(0);
  });

  test('tells who has made an account with it, and when they signed in first', async () => {
    await using scene = await openScene();
    const { id, token } = await invited(scene);
    await joins(scene, token, 'juliet');
    expect(followed(scene, id)?.uses).toEqual([
      { jid: 'juliet@localhost', atMs: scene.clock.now(), signedInAtMs: undefined },
    ]);
    const told = changes(scene);
    scene.clock.advance(90_000);
    const atMs = scene.clock.now();
    await scene.login('juliet', 'balcony');
    await expect.poll(() => followed(scene, id)?.uses[0]?.signedInAtMs).toBe(atMs);
    scene.clock.advance(90_000);
    await scene.login('juliet', 'chamber');
    expect(followed(scene, id)?.uses[0]?.signedInAtMs).toBe(atMs);
    expect(told.count).toBe(1);
  });

  test('still waits for the first sign-in after the server was started again', async () => {
    await using scene = await openScene();
    const { id, token } = await invited(scene);
    await joins(scene, token, 'juliet');
    await scene.restart();
    expect(followed(scene, id)?.uses).toMatchObject([{ jid: 'juliet@localhost', signedInAtMs: undefined }]);
    await scene.login('juliet', 'balcony');
    await expect.poll(() => followed(scene, id)?.uses[0]?.signedInAtMs).toBe(scene.clock.now());
  });

  test('for many people names the newest', async () => {
    await using scene = await openScene({ settings: { 'invitations.maxAttemptsPerHour': 0 } });
    const { id, token } = await invited(scene, { maxUses: 30 });
    for (let n = 0; n < 22; n++) {
      scene.clock.advance(1000);
      await joined(scene, token, `guest${n}`);
    }
    const uses = followed(scene, id)?.uses ?? [];
    expect(uses).toHaveLength(20);
    expect(uses[0]?.jid).toBe('guest21@localhost');
    expect(followed(scene, id)?.usesLeft).toBe(8);
  });

  test('says nothing of somebody who failed to make an account', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { id, token } = await invited(scene);
    const client = await opened(scene);
    await preauth(client, token);
    expect(conditionOf(await register(client, 'romeo'))).toBe('conflict');
    await scene.login('romeo', 'orchard');
    expect(followed(scene, id)).toMatchObject({ uses: [], usesLeft: 1 });
  });
});

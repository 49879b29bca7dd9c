/** Invitations over the control contract, down to the scene's own server. */
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { thisComputer } from '../../server/administration/actor.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { INVITATIONS } from '../../server/modulehost/invitations.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import { createFakeServer } from './fake-deeds.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ accounts: ['romeo'], admins: ['romeo'] });
});
afterEach(() => scene.close());

function open(actor = thisComputer('command-line')) {
  const server = createFakeServer();
  const invitations = scene.server.host.find(INVITATIONS);
  if (invitations === undefined) throw new Error('there are no invitations');
  const { administration } = scene.server;
  const deeds = { ...server, invitations, perform: administration.perform.bind(administration) };
  const context = { actor, closing: new AbortController().signal };
  return createRouterClient(createHandlers(deeds, server.log), { context }).invitations;
}

test('an invitation is made, listed without its link, and revoked', async () => {
  const invitations = open();
  const { id, uri } = await invitations.create({ inviter: 'romeo', maxUses: 2, lifetimeHours: 24 });
  expect(uri).toMatch(/^xmpp:romeo@localhost\?roster;preauth=[0-9a-f]{32};ibr=y$/);
  const [listed] = await invitations.list();
  expect(listed).toMatchObject({ id, role: 'member', inviter: 'romeo', maxUses: 2, usesLeft: 2, state: 'open' });
  expect(JSON.stringify(listed)).not.toContain('preauth');
  await invitations.revoke({ id });
  expect(await invitations.list()).toMatchObject([{ id, state: 'revoked' }]);
  await expect(invitations.revoke({ id })).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(invitations.revoke({ id: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('without more it is an account for anybody', async () => {
  expect((await open().create({})).uri).toMatch(/^xmpp:localhost\?register;preauth=[0-9a-f]{32}$/);
});

test('a reset link has no xmpp: link', async () => {
  expect(await open().createReset({ localpart: 'romeo' })).toMatchObject({ purpose: 'password', localpart: 'romeo' });
  await expect(open().createReset({ localpart: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('who made it is kept, and what was done is in the audit log', async () => {
  const actor = { ...thisComputer('rest'), name: 'romeo@localhost' };
  expect(await open(actor).create({ localpart: 'juliet' })).toMatchObject({ creator: 'romeo', localpart: 'juliet' });
  expect(scene.server.audit.list({ limit: 1 })).toMatchObject([
    { actor: 'romeo@localhost', deed: 'invitations.create', subject: 'juliet', outcome: 'done' },
  ]);
});

test('changes are followed', async () => {
  const invitations = open();
  const following = await invitations.follow();
  expect((await following.next()).value).toEqual([]);
  await invitations.create({});
  expect((await following.next()).value).toMatchObject([{ state: 'open' }]);
  await following.return?.();
});

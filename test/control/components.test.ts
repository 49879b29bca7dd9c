/** Components through the control contract, down to the scene's own server. */
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { thisComputer } from '../../server/administration/actor.ts';
import { DeedError } from '../../server/administration/deed-error.ts';
import { createComponentCarriers } from '../../server/component-carriers.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import type { ServiceToken } from '../../server/modulehost/services.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import { createFakeServer } from './fake-deeds.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

function open() {
  const server = createFakeServer();
  const find = <T>(token: ServiceToken<T>): T => {
    const service = scene.server.host.find(token);
    if (service === undefined) throw new DeedError('refused', 'It is switched off.');
    return service;
  };
  const carriers = createComponentCarriers(find);
  const deeds = {
    ...server,
    perform: ((_, deed: keyof typeof carriers, input: never) => carriers[deed](input)) as typeof server.perform,
  };
  const context = { actor: thisComputer('command-line'), closing: new AbortController().signal };
  return createRouterClient(createHandlers(deeds, server.log), { context }).components;
}

test('a component is added, trusted, given a new secret and removed', async () => {
  const components = open();
  const { domain, secret } = await components.add({ name: 'bridge' });
  expect(domain).toBe('bridge.localhost');
  expect(secret).toMatch(/^(?:[a-z2-9]{5}-){3}[a-z2-9]{5}$/);
  await components.grant({ domain, grants: { roster: 'get' } });
  expect((await components.renewSecret({ domain })).secret).not.toBe(secret);
  await components.remove({ domain });
  await expect(components.remove({ domain })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('refusals come as sentences with the contract’s codes', async () => {
  const components = open();
  await components.add({ name: 'bridge' });
  await expect(components.add({ name: 'bridge' })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'There is a component called bridge.localhost already.',
  });
  await expect(components.add({ name: 'not a name' })).rejects.toMatchObject({ code: 'INVALID' });
  await expect(components.grant({ domain: 'bridge.localhost', grants: { presence: 'roster' } })).rejects.toMatchObject({
    code: 'INVALID',
  });
});

/** The end of a session, when a module that hears of it has a fault. */
import { describe, expect, test } from 'vitest';
import type { SessionHooks } from '../../server/router/session-lifecycle.ts';
import { openScene, type Scene, target } from '../scene/scene.ts';

function startModule(scene: Scene, name: string, session: SessionHooks): void {
  scene.server.host.start({ name, summary: 'Hears of sessions.', xeps: [], start: () => ({ session }) });
}

describe.skipIf(target !== undefined)('a module that fails at the end of a session', () => {
  test('keeps neither the others from hearing of it nor the server from going on', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const heard: string[] = [];
    startModule(scene, 'faulty', {
      ended: () => {
        throw new Error('a fault');
      },
    });
    startModule(scene, 'sound', { ended: ({ jid }) => heard.push(jid.full) });
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    expect(() => juliet.drops()).not.toThrow();
    expect(heard).toEqual(['juliet@localhost/balcony']);
    await romeo.ends();
    expect(heard).toHaveLength(2);
    expect(scene.errors.splice(0)).toHaveLength(2);
  });
});

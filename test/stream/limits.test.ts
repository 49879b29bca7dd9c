/** XEP-0478: Stream Limits Advertisement. */
import { describe, expect, test } from 'vitest';
import { opensFor, signsIn } from '../scene/sasl2.ts';
import { openScene, target } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

function limitsOf(client: SceneClient): readonly (string | undefined)[] {
  const limits = client.features?.child('limits', 'urn:xmpp:stream-limits:0');
  return [limits?.childText('max-bytes'), limits?.childText('idle-seconds')];
}

describe.skipIf(target !== undefined)('the limits of a stream', () => {
  test('are told before and after signing in, as they are then (section 3.1)', async () => {
    await using scene = await openScene({
      accounts: ['juliet'],
      settings: {
        'c2s.maxStanzaBytesBeforeAuthentication': 12_345,
        'c2s.maxStanzaBytes': 98_765,
        'stream-management.idleProbeSeconds': 120,
      },
    });
    const client = await opensFor(scene, 'juliet');
    expect(limitsOf(client)).toEqual(['12345', '300']);
    await signsIn(client);
    await client.next();
    expect(limitsOf(client)).toEqual(['98765', '120']);
    expect(limitsOf(await scene.authenticated('juliet'))).toEqual(['98765', '120']);
  });

  test('are kept: an element of just that size passes, a larger one does not', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const client = await opensFor(scene, 'juliet');
    const [maxBytes] = limitsOf(client);
    const fitting = `<abort xmlns='urn:xmpp:sasl:2'></abort>`;
    const padded = (bytes: number) => fitting.replace('></', `>${'x'.repeat(bytes - fitting.length)}</`);
    client.sends(padded(Number(maxBytes)));
    expect((await client.next()).name).toBe('failure');
    client.sends(padded(Number(maxBytes) + 1));
    await client.receivesEnd('policy-violation');
  });

  test('say nothing of silence when nobody listens for it', async () => {
    await using scene = await openScene({
      accounts: ['juliet'],
      settings: { 'modules.disabled': 'stream-management' },
    });
    const client = await opensFor(scene, 'juliet');
    await signsIn(client);
    await client.next();
    expect(limitsOf(client)[1]).toBeUndefined();
  });
});

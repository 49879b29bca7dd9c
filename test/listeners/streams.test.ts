/** Connections of strangers: how many there may be, and who goes when there are more. */
import { describe, expect, test } from 'vitest';
import { openScene, target } from '../scene/scene.ts';
import { MemoryWire } from '../scene/wire.ts';

const MAX_STRANGERS = 1_000;

describe.skipIf(target !== undefined)('a flood of connections that never sign in', () => {
  test('takes no more than its share, and cannot keep others out', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet', 'balcony');
    const patient = scene.connect({ name: 'romeo', remoteAddress: '192.0.2.7' });
    let closed = 0;
    for (let i = 0; i < MAX_STRANGERS + 10; i++) {
      const wire = new MemoryWire({ isSecure: true, remoteAddress: `2001:db8::${(i % 256).toString(16)}` });
      wire.client.events = { received: () => undefined, closed: () => closed++ };
      scene.server.streams.open(wire.server);
    }
    expect(scene.server.streams.count).toBe(MAX_STRANGERS + 1);
    expect(closed).toBe(11);
    const late = scene.connect({ remoteAddress: '192.0.2.8' });
    late.opens();
    expect((await late.next()).name).toBe('features');
    await patient.authenticates('romeo-secret');
    await juliet.receivesNothing();
  });
});

import { expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';

test('a client pings the server (XEP-0199 example 3)', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const juliet = await scene.login('juliet', 'balcony');
  const answer = await juliet.request(`<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
  expect(answer.attr('type')).toBe('result');
});

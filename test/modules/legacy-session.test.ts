import { expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';

const NS_SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

test('an older client that asks for a session after binding gets an empty result (RFC 3921 section 3)', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const juliet = await scene.login('juliet', 'balcony');
  for (const to of [" to='localhost'", '', " to='juliet@localhost'"]) {
    const answer = await juliet.request(`<iq type='set'${to}><session xmlns='${NS_SESSION}'/></iq>`);
    expect(answer.attr('type')).toBe('result');
    expect(answer.elements).toEqual([]);
  }
});

test('nobody can ask for a session with somebody else', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo');
  const answer = await romeo.request(`<iq type='set' to='juliet@localhost'><session xmlns='${NS_SESSION}'/></iq>`);
  expect(answer.child('error')?.elements[0]?.name).toBe('service-unavailable');
});

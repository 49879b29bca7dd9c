import { expect, test } from 'vitest';
import { zoneOffset } from '../../server/modules/time.ts';
import { openScene } from '../scene/scene.ts';

test.each([
  [0, '+00:00'],
  [-360, '-06:00'],
  [60, '+01:00'],
  [345, '+05:45'],
  [-210, '-03:30'],
  [840, '+14:00'],
  [-1, '-00:01'],
])('%i minutes east of UTC are written %s', (minutesEast, text) => {
  expect(zoneOffset(minutesEast)).toBe(text);
});

test('the server tells its time in UTC and the offset of its zone (XEP-0202 examples 1 and 2)', async () => {
  await using scene = await openScene({ accounts: ['romeo'] });
  const romeo = await scene.login('romeo');
  scene.clock.advance(35_123);
  const tzo = zoneOffset(-new Date(scene.clock.now()).getTimezoneOffset());
  const time = `<time xmlns='urn:xmpp:time'><tzo>${tzo}</tzo><utc>2026-01-05T09:00:35.123Z</utc></time>`;
  for (const to of [" to='localhost'", '']) {
    romeo.sends(`<iq type='get' id='time_1'${to}><time xmlns='urn:xmpp:time'/></iq>`);
    await romeo.receives(`<iq type='result' id='time_1'>${time}</iq>`);
  }
});

test('the time is that of the server, not of another account', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo');
  const answer = await romeo.request(`<iq type='get' to='juliet@localhost'><time xmlns='urn:xmpp:time'/></iq>`);
  expect(answer.child('error')?.elements[0]?.name).toBe('service-unavailable');
});

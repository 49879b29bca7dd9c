import { type } from 'node:os';
import { expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';

const NS_VERSION = 'jabber:iq:version';
const OS_NAMES: Readonly<Record<string, string>> = { Windows_NT: 'Windows', Darwin: 'macOS' };

test('the server tells its name and version, and keeps its operating system to itself', async () => {
  await using scene = await openScene({ accounts: ['romeo'] });
  const romeo = await scene.login('romeo');
  romeo.sends(`<iq type='get' to='localhost' id='version_1'><query xmlns='${NS_VERSION}'/></iq>`);
  await romeo.receives(`<iq type='result' from='localhost' id='version_1'>
    <query xmlns='${NS_VERSION}'><name>Snug</name><version>0.0.0</version></query></iq>`);
});

test('the operating system is told where the setting allows it (XEP-0092 examples 1 and 2)', async () => {
  await using scene = await openScene({ accounts: ['romeo'], settings: { 'version.showOs': true } });
  const romeo = await scene.login('romeo');
  romeo.sends(`<iq type='get' to='localhost' id='version_1'><query xmlns='${NS_VERSION}'/></iq>`);
  await romeo.receives(`<iq type='result' from='localhost' id='version_1'>
    <query xmlns='${NS_VERSION}'><name>Snug</name><version>0.0.0</version><os>${OS_NAMES[type()] ?? type()}</os></query></iq>`);
});

test('the server announces that it answers', async () => {
  await using scene = await openScene({ accounts: ['romeo'] });
  const romeo = await scene.login('romeo');
  const xmlns = 'http://jabber.org/protocol/disco#info';
  const answer = await romeo.request(`<iq type='get' to='localhost'><query xmlns='${xmlns}'/></iq>`);
  expect(answer.child('query', xmlns)?.elements.some((feature) => feature.attr('var') === NS_VERSION)).toBe(true);
});

test('an account has no version', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo');
  const answer = await romeo.request(`<iq type='get' to='juliet@localhost'><query xmlns='${NS_VERSION}'/></iq>`);
  expect(answer.child('error')?.elements[0]?.name).toBe('service-unavailable');
});

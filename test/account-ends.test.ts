/** Accounts that end: by themselves, or because somebody deleted them, while the server runs and while it is off. */
import { describe, expect, test } from 'vitest';
import { HOUR_MS, invited, joined } from './modules/invitations-steps.ts';
import { openScene, passwordOf, type Scene, target } from './scene/scene.ts';
import type { SceneClient } from './scene/scene-client.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_STREAMS = 'urn:ietf:params:xml:ns:xmpp-streams';
const NS_ROSTER = 'jabber:iq:roster';
const DAY_MS = 24 * HOUR_MS;

/** The condition and the sentence with which signing in is refused. */
async function refusalOf(scene: Scene, name: string): Promise<string> {
  const client = scene.connect({ name });
  client.opens();
  await client.next();
  client.sends(`<auth xmlns='${NS_SASL}' mechanism='PLAIN'>${btoa(`\0${name}\0${passwordOf(name)}`)}</auth>`);
  const failure = await client.next();
  return failure.elements.map((child) => (child.name === 'text' ? child.text() : child.name)).join(': ');
}

const openHouse = (settings: Readonly<Record<string, unknown>> = {}) =>
  openScene({ accounts: ['juliet', 'romeo'], settings: { 'sasl.plain': true, ...settings } });

async function readsAll(client: SceneClient): Promise<void> {
  client.sends(`<iq type='get' to='localhost' id='all'><ping xmlns='urn:xmpp:ping'/></iq>`);
  while ((await client.next()).attr('id') !== 'all');
}

/** Romeo and Juliet see each other. */
async function befriended(scene: Scene) {
  const romeo = await scene.login('romeo', 'orchard');
  const juliet = await scene.login('juliet', 'balcony');
  romeo.sends('<presence/>');
  await romeo.receives(`<presence from='romeo@localhost/orchard'/>`);
  juliet.sends('<presence/>');
  await juliet.receives(`<presence from='juliet@localhost/balcony'/>`);
  romeo.sends(`<presence to='juliet@localhost' type='subscribe'/>`);
  await juliet.receives(`<presence from='romeo@localhost' type='subscribe'/>`);
  await romeo.settles();
  juliet.sends(`<presence to='romeo@localhost' type='subscribed'/><presence to='romeo@localhost' type='subscribe'/>`);
  await juliet.settles();
  romeo.sends(`<presence to='juliet@localhost' type='subscribed'/>`);
  await juliet.settles();
  for (const client of [romeo, juliet, romeo]) await readsAll(client);
  return { romeo, juliet };
}

describe.skipIf(target !== undefined)("a guest's account", () => {
  test('ends with a sentence, and leaves its name', async () => {
    await using scene = await openHouse();
    await scene.accounts.statuses.setExpiry('romeo', scene.clock.now() + HOUR_MS);
    const romeo = await scene.login('romeo', 'orchard');
    scene.clock.advance(HOUR_MS - 1);
    await romeo.receivesNothing();
    scene.clock.advance(30_000);
    const error = await romeo.receivesEnd('not-authorized');
    expect(error?.childText('text', NS_STREAMS)).toBe('This account was for a limited time, which is over.');
    expect(scene.accounts.has('romeo')).toBe(false);
    expect(await refusalOf(scene, 'romeo')).toBe('not-authorized');
  });

  test('lets nobody in from the moment on, even before it vanishes (RFC 6120 section 6.5.3)', async () => {
    await using scene = await openHouse();
    await scene.accounts.statuses.setExpiry('romeo', scene.clock.now() + 15_000);
    scene.clock.advance(15_000);
    expect(scene.accounts.has('romeo')).toBe(true);
    expect(await refusalOf(scene, 'romeo')).toBe(
      'credentials-expired: This account was for a limited time, which is over.',
    );
  });

  test('that ended while the server was off is gone when it starts', async () => {
    await using scene = await openHouse();
    await scene.accounts.statuses.setExpiry('romeo', scene.clock.now() + HOUR_MS);
    await scene.stopServer();
    scene.clock.advance(2 * HOUR_MS);
    await scene.start();
    await expect.poll(() => scene.accounts.has('romeo')).toBe(false);
    expect(scene.accounts.has('juliet')).toBe(true);
  });

  test('is made by an invitation that says how long, counted from then on', async () => {
    await using scene = await openHouse();
    const invitation = await invited(scene, { accountLifetimeHours: 48 });
    expect(invitation.accountLifetimeHours).toBe(48);
    scene.clock.advance(DAY_MS);
    expect((await joined(scene, invitation.token, 'visitor')).attr('type')).toBe('result');
    expect(scene.accounts.get('visitor')?.expiresAt).toBe(scene.clock.now() + 48 * HOUR_MS);
    const lasting = await invited(scene);
    await joined(scene, lasting.token, 'friend');
    expect(scene.accounts.get('friend')?.expiresAt).toBeUndefined();
  });

  test.each([0, 1.5, 8_761])('cannot be invited for %d hours', async (accountLifetimeHours) => {
    await using scene = await openHouse();
    await expect(invited(scene, { accountLifetimeHours })).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe.skipIf(target !== undefined)('a deleted account', () => {
  test('ends with a sentence, lets nobody in, and is unavailable to its contacts', async () => {
    await using scene = await openHouse();
    const { romeo, juliet } = await befriended(scene);
    await scene.accounts.statuses.delete('romeo');
    const error = await romeo.receivesEnd('not-authorized');
    expect(error?.childText('text', NS_STREAMS)).toBe('This account has been deleted.');
    await juliet.receives(`<presence from='romeo@localhost/orchard' type='unavailable'/>`);
    await juliet.receivesNothing();
    expect(await refusalOf(scene, 'romeo')).toBe('account-disabled: This account has been deleted.');
    juliet.sends(`<message to='romeo@localhost' type='chat' id='m1'><body>O Romeo!</body></message>`);
    expect((await juliet.next()).child('error')?.elements[0]?.name).toBe('service-unavailable');
    const asked = await juliet.request(`<iq type='get' to='romeo@localhost'><vCard xmlns='vcard-temp'/></iq>`);
    expect(asked.child('error')?.elements[0]?.name).toBe('service-unavailable');
  });

  test('is as it was when it is restored, after a restart too', async () => {
    await using scene = await openHouse();
    await befriended(scene);
    await scene.accounts.statuses.delete('romeo');
    await scene.restart();
    expect(await refusalOf(scene, 'romeo')).toBe('account-disabled: This account has been deleted.');
    await scene.accounts.statuses.restore('romeo');
    const back = await scene.login('romeo', 'orchard');
    const roster = await back.request(`<iq type='get'><query xmlns='${NS_ROSTER}'/></iq>`);
    expect(roster.child('query', NS_ROSTER)?.elements.map((item) => item.attr('subscription'))).toEqual(['both']);
  });

  test('vanishes when its days are over, for good', async () => {
    await using scene = await openHouse({ 'accounts.deletionGraceDays': 2 });
    await scene.accounts.statuses.delete('romeo');
    scene.clock.advance(2 * DAY_MS - 60_000);
    expect(scene.accounts.has('romeo')).toBe(true);
    scene.clock.advance(90_000);
    await expect.poll(() => scene.accounts.has('romeo')).toBe(false);
  });
});

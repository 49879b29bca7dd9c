/** Open registration with approval: whoever makes an account without an invitation waits until somebody lets him in. */
import { describe, expect, test } from 'vitest';
import { openScene, type Scene, target } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { conditionOf, invited, joined, NS_REGISTER, opened, register } from './invitations-steps.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const PASSWORD = 'Calliope-1';

const openHouse = (settings: Readonly<Record<string, unknown>> = {}) =>
  openScene({
    accounts: ['keeper'],
    admins: ['keeper'],
    settings: { 'registration.open': true, 'sasl.plain': true, ...settings },
  });

async function signsIn(scene: Scene, name: string): Promise<SceneClient> {
  const client = scene.connect({ name });
  client.opens();
  await client.next();
  client.sends(`<auth xmlns='${NS_SASL}' mechanism='PLAIN'>${btoa(`\0${name}\0${PASSWORD}`)}</auth>`);
  return client;
}

describe.skipIf(target !== undefined)('whoever registers', () => {
  test('is told so beforehand, waits, and hears why he cannot sign in yet', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    const form = await client.request(`<iq type='get'><query xmlns='${NS_REGISTER}'/></iq>`);
    expect(form.child('query', NS_REGISTER)?.childText('instructions')).toContain('let you in');
    expect((await register(client, 'bill')).attr('type')).toBe('result');
    expect(scene.accounts.get('bill')?.status).toBe('pending');
    const waiting = await signsIn(scene, 'bill');
    await waiting.receives(`<failure xmlns='${NS_SASL}'><account-disabled/><text xml:lang='en'>{any}</text></failure>`);
    await scene.accounts.statuses.approve('bill');
    const bill = await signsIn(scene, 'bill');
    await bill.receives(`<success xmlns='${NS_SASL}'/>`);
    bill.opens();
    await bill.next();
  });

  test('with a wrong password hears nothing of the account', async () => {
    await using scene = await openHouse();
    await register(await opened(scene), 'bill', 'another-one');
    await (await signsIn(scene, 'bill')).receives(`<failure xmlns='${NS_SASL}'><not-authorized/></failure>`);
  });

  test('is nobody to others until he is let in', async () => {
    await using scene = await openHouse();
    await register(await opened(scene), 'bill');
    const keeper = await scene.login('keeper');
    const answer = await keeper.request(`<iq type='get' to='bill@localhost'><vCard xmlns='vcard-temp'/></iq>`);
    expect(conditionOf(answer)).toBe('service-unavailable');
    keeper.sends(`<message to='bill@localhost' type='chat'><body>Hello?</body></message>`);
    expect(conditionOf(await keeper.next())).toBe('service-unavailable');
  });

  test('goes when he is sent away, and his name is free again', async () => {
    await using scene = await openHouse();
    await register(await opened(scene), 'bill');
    await scene.accounts.statuses.refuse('bill');
    expect(scene.accounts.has('bill')).toBe(false);
    await (await signsIn(scene, 'bill')).receives(`<failure xmlns='${NS_SASL}'><not-authorized/></failure>`);
    expect((await register(await opened(scene), 'bill')).attr('type')).toBe('result');
  });

  test('is refused while too many wait', async () => {
    await using scene = await openHouse({ 'registration.maxWaiting': 1 });
    await register(await opened(scene), 'bill');
    expect(conditionOf(await register(await opened(scene), 'anna'))).toBe('conflict');
    expect(scene.accounts.has('anna')).toBe(false);
  });

  test('with an invitation need not wait', async () => {
    await using scene = await openHouse();
    const { token } = await invited(scene);
    await joined(scene, token, 'friend');
    expect(scene.accounts.get('friend')?.status).toBe('enabled');
  });

  test('need not wait where the settings say so', async () => {
    await using scene = await openHouse({ 'registration.approval': false });
    await register(await opened(scene), 'bill');
    expect(scene.accounts.get('bill')?.status).toBe('enabled');
  });

  test.each([
    ['keeрer', 'jid-malformed'],
    ['кеeper', 'jid-malformed'],
    ['rorneo', 'conflict'],
  ])('cannot call himself %s', async (name, condition) => {
    await using scene = await openHouse();
    await register(await opened(scene), 'romeo');
    expect(conditionOf(await register(await opened(scene), name))).toBe(condition);
  });
});

test.skipIf(target !== undefined)('an invitation is for no name that looks like somebody else’s', async () => {
  await using scene = await openHouse();
  await expect(invited(scene, { localpart: 'keeрer' })).rejects.toMatchObject({ code: 'invalid' });
  await scene.accounts.create({ localpart: 'romeo', password: PASSWORD, role: 'member' });
  await expect(invited(scene, { localpart: 'rorneo' })).rejects.toMatchObject({ code: 'conflict' });
  const { token } = await invited(scene);
  expect(conditionOf(await joined(scene, token, 'rorneo'))).toBe('conflict');
});

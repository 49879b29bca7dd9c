/** XEP-0077: In-Band Registration, version 2.4; the examples by their captions. */
import { describe, expect, test } from 'vitest';
import { openScene, type Scene, target } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const NS_REGISTER = 'jabber:iq:register';
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const OPEN = { 'registration.open': true, 'registration.approval': false };

async function opened(scene: Scene, remoteAddress?: string): Promise<SceneClient> {
  const client = scene.connect(remoteAddress === undefined ? {} : { remoteAddress });
  client.opens();
  await client.next();
  return client;
}

function register(username: string, password = 'Calliope'): string {
  return `<iq type='set'><query xmlns='${NS_REGISTER}'><username>${username}</username><password>${password}</password></query></iq>`;
}

function conditionOf(answer: Awaited<ReturnType<SceneClient['request']>>): string | undefined {
  return answer.child('error')?.elements[0]?.name;
}

describe.skipIf(target !== undefined)('while registration is open', () => {
  test('a stranger sees the stream feature inside TLS (Advertising registration as a stream feature)', async () => {
    await using scene = await openScene({ settings: OPEN });
    const client = await opened(scene);
    expect(client.features?.child('register', 'http://jabber.org/features/iq-register')).toBeDefined();
  });

  test('who has signed in does not see the stream feature', async () => {
    await using scene = await openScene({ accounts: ['juliet'], settings: OPEN });
    const juliet = await scene.authenticated('juliet');
    expect(juliet.features?.child('register', 'http://jabber.org/features/iq-register')).toBeUndefined();
  });

  test('the fields are a name and a password (Entity Requests Registration Fields from Host)', async () => {
    await using scene = await openScene({ settings: OPEN });
    const client = await opened(scene);
    client.sends(`<iq type='get' id='reg1' to='localhost'><query xmlns='${NS_REGISTER}'/></iq>`);
    await client.receives(
      `<iq type='result' id='reg1' from='localhost'><query xmlns='${NS_REGISTER}'><instructions>{any}</instructions><username/><password/></query></iq>`,
    );
  });

  test('an account is made, and its owner signs in with it (Entity Provides Required Information)', async () => {
    await using scene = await openScene({ settings: OPEN });
    const client = await opened(scene);
    client.sends(
      `<iq type='set' id='reg2'><query xmlns='${NS_REGISTER}'><username>Bill</username><password>Calliope</password></query></iq>`,
    );
    await client.receives(`<iq type='result' id='reg2'/>`);
    expect(scene.accounts.get('bill')).toMatchObject({ localpart: 'bill', role: 'member', isEnabled: true });
    const bill = scene.connect({ name: 'bill' });
    await bill.authenticates('Calliope');
    await bill.binds('globe');
    expect(bill.jid).toBe('bill@localhost/globe');
  });

  test('who has just registered signs in on the same stream', async () => {
    await using scene = await openScene({ settings: { ...OPEN, 'sasl.plain': true } });
    const client = await opened(scene);
    expect((await client.request(register('bill'))).attr('type')).toBe('result');
    client.sends(`<auth xmlns='${NS_SASL}' mechanism='PLAIN'>${btoa('\0bill\0Calliope')}</auth>`);
    await client.receives(`<success xmlns='${NS_SASL}'/>`);
    client.opens();
    expect((await client.next()).child('bind', 'urn:ietf:params:xml:ns:xmpp-bind')).toBeDefined();
  });

  test('nobody becomes an administrator by registering a name that the settings make one', async () => {
    await using scene = await openScene({ settings: { ...OPEN, 'admin.jids': 'keeper@localhost' } });
    const client = await opened(scene);
    expect(conditionOf(await client.request(register('Keeper')))).toBe('conflict');
    expect(scene.accounts.has('keeper')).toBe(false);
  });

  test('a name that is taken is a conflict (Username Conflict)', async () => {
    await using scene = await openScene({ accounts: ['bill'], settings: OPEN });
    const client = await opened(scene);
    const answer = await client.request(register('bill'));
    expect(answer.attr('type')).toBe('error');
    expect(answer.child('error')?.attr('type')).toBe('cancel');
    expect(conditionOf(answer)).toBe('conflict');
    expect(answer.toXml(), 'the password is not sent back').not.toContain('Calliope');
  });

  test.each([
    ['no name', '<password>Calliope</password>'],
    ['no password', '<username>bill</username>'],
    ['an empty password', '<username>bill</username><password/>'],
    ['an empty name', '<username/><password>Calliope</password>'],
    ['nothing', ''],
  ])('%s is not acceptable (Some Required Information Not Provided)', async (_what, fields) => {
    await using scene = await openScene({ settings: OPEN });
    const client = await opened(scene);
    const answer = await client.request(`<iq type='set'><query xmlns='${NS_REGISTER}'>${fields}</query></iq>`);
    expect(conditionOf(answer)).toBe('not-acceptable');
    expect(answer.child('error')?.attr('type')).toBe('modify');
    expect(scene.accounts.list()).toEqual([]);
  });

  test.each(['bill@localhost', 'bill smith', 'b"ill', 'x'.repeat(1024)])('%s cannot be a name', async (name) => {
    await using scene = await openScene({ settings: OPEN });
    const client = await opened(scene);
    expect(conditionOf(await client.request(register(name)))).toBe('jid-malformed');
  });

  test('a weak password is refused with a sentence', async () => {
    await using scene = await openScene({ settings: OPEN });
    const client = await opened(scene);
    const answer = await client.request(register('bill', 'bill'));
    expect(conditionOf(answer)).toBe('not-acceptable');
    expect(answer.child('error')?.childText('text', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toMatch(/password/);
  });

  test('a second account on the same stream is not acceptable (section 3.1.1)', async () => {
    await using scene = await openScene({ settings: OPEN });
    const client = await opened(scene);
    expect((await client.request(register('bill'))).attr('type')).toBe('result');
    expect(conditionOf(await client.request(register('will')))).toBe('not-acceptable');
    expect(scene.accounts.has('will')).toBe(false);
  });

  test.each([
    ['a request without an id', `<iq type='get'><query xmlns='${NS_REGISTER}'/></iq>`],
    ['an unknown type', `<iq type='ask' id='a'><query xmlns='${NS_REGISTER}'/></iq>`],
    ['another payload', `<iq type='get' id='a'><register xmlns='${NS_REGISTER}'/></iq>`],
    ['two payloads', `<iq type='get' id='a'><query xmlns='${NS_REGISTER}'/><query xmlns='${NS_REGISTER}'/></iq>`],
  ])('%s is a bad request', async (_what, xml) => {
    await using scene = await openScene({ settings: OPEN });
    const client = await opened(scene);
    client.sends(xml);
    expect(conditionOf(await client.next())).toBe('bad-request');
  });

  test('answers that nobody asked for are not answered', async () => {
    await using scene = await openScene({ settings: OPEN });
    const client = await opened(scene);
    client.sends(`<iq type='result' id='a'><query xmlns='${NS_REGISTER}'/></iq>`);
    client.sends(`<iq type='error' id='b'><query xmlns='${NS_REGISTER}'/></iq>`);
    expect((await client.request(register('bill'))).attr('type')).toBe('result');
  });

  test('a removal by who has not signed in is unexpected (Unregister Error Cases)', async () => {
    await using scene = await openScene({ accounts: ['bill'], settings: OPEN });
    const client = await opened(scene);
    const answer = await client.request(`<iq type='set'><query xmlns='${NS_REGISTER}'><remove/></query></iq>`);
    expect(conditionOf(answer)).toBe('unexpected-request');
    expect(scene.accounts.has('bill')).toBe(true);
  });

  test('a request to another address ends the stream', async () => {
    await using scene = await openScene({ settings: OPEN });
    const client = await opened(scene);
    client.sends(`<iq type='get' id='a' to='juliet@localhost'><query xmlns='${NS_REGISTER}'/></iq>`);
    await client.receivesEnd('not-authorized');
  });

  test('nothing is registered in plain text', async () => {
    await using scene = await openScene({ settings: OPEN });
    const client = scene.connect({ isSecure: false });
    client.opens();
    await client.next();
    client.sends(
      `<iq type='set' id='a'><query xmlns='${NS_REGISTER}'><username>bill</username><password>Calliope</password></query></iq>`,
    );
    await client.receivesEnd('policy-violation');
    expect(scene.accounts.list()).toEqual([]);
  });

  test('who has signed in binds a resource before anything else', async () => {
    await using scene = await openScene({ accounts: ['juliet'], settings: OPEN });
    const juliet = await scene.authenticated('juliet');
    juliet.sends(`<iq type='get' id='a'><query xmlns='${NS_REGISTER}'/></iq>`);
    await juliet.receivesEnd('not-authorized');
  });
});

describe.skipIf(target !== undefined)('the limit of attempts', () => {
  test('holds for one address, names that are taken included, until the hour is over', async () => {
    await using scene = await openScene({ accounts: ['juliet'], settings: { ...OPEN, 'registration.maxPerHour': 2 } });
    const ask = async (name: string, address: string) => (await opened(scene, address)).request(register(name));
    expect(conditionOf(await ask('juliet', '192.0.2.7'))).toBe('conflict');
    expect((await ask('bill', '192.0.2.7')).attr('type')).toBe('result');
    const refused = await ask('will', '192.0.2.7');
    expect(conditionOf(refused)).toBe('not-acceptable');
    expect(refused.child('error')?.attr('type')).toBe('wait');
    expect(scene.accounts.has('will')).toBe(false);
    expect((await ask('anne', '192.0.2.8')).attr('type')).toBe('result');
    scene.clock.advance(60 * 60_000);
    expect((await ask('will', '192.0.2.7')).attr('type')).toBe('result');
  });

  test('counts the addresses of one IPv6 network together', async () => {
    await using scene = await openScene({ settings: { ...OPEN, 'registration.maxPerHour': 1 } });
    const first = await opened(scene, '2001:db8::1');
    expect((await first.request(register('bill'))).attr('type')).toBe('result');
    const second = await opened(scene, '2001:db8::2');
    expect(conditionOf(await second.request(register('will')))).toBe('not-acceptable');
  });

  test('does not count what can never be an account', async () => {
    await using scene = await openScene({ settings: { ...OPEN, 'registration.maxPerHour': 1 } });
    const client = await opened(scene);
    await client.request(register('not a name'));
    await client.request(register('bill', ''));
    expect((await client.request(register('bill'))).attr('type')).toBe('result');
  });

  test('is none when it is 0', async () => {
    await using scene = await openScene({ settings: { ...OPEN, 'registration.maxPerHour': 0 } });
    for (let i = 0; i < 8; i++) {
      const client = await opened(scene);
      expect((await client.request(register(`user${i}`, 'benchpass'))).attr('type')).toBe('result');
    }
  });
});

describe.skipIf(target !== undefined)('while registration is closed', () => {
  test('it is not offered, fields are not told, and no account is made', async () => {
    await using scene = await openScene();
    const client = await opened(scene);
    expect(client.features?.child('register', 'http://jabber.org/features/iq-register')).toBeUndefined();
    const fields = await client.request(`<iq type='get'><query xmlns='${NS_REGISTER}'/></iq>`);
    expect(conditionOf(fields)).toBe('service-unavailable');
    expect(conditionOf(await client.request(register('bill')))).toBe('not-allowed');
    expect(scene.accounts.list()).toEqual([]);
  });

  test('an owner still changes the password and removes the account', async () => {
    await using scene = await openScene({ accounts: ['bill'] });
    const bill = await scene.login('bill');
    expect((await bill.request(register('bill', 'groundlings'))).attr('type')).toBe('result');
    expect(
      (await bill.request(`<iq type='set'><query xmlns='${NS_REGISTER}'><remove/></query></iq>`)).attr('type'),
    ).toBe('result');
  });
});

describe.skipIf(target !== undefined)('an owner', () => {
  test.each([
    ['the server', ` to='localhost'`],
    ['nobody', ''],
  ])('who asks %s is told of the registration (Host Informs Entity of Current Registration)', async (_whom, to) => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    juliet.sends(`<iq type='get' id='reg1'${to}><query xmlns='${NS_REGISTER}'/></iq>`);
    await juliet.receives(
      `<iq type='result' id='reg1'><query xmlns='${NS_REGISTER}'><registered/><instructions>{any}</instructions><username>juliet</username><password/></query></iq>`,
    );
  });

  test.each(['bill', 'Bill', 'bill@localhost'])('named %s changes the password (Password Change)', async (name) => {
    await using scene = await openScene({ accounts: ['bill'] });
    const bill = await scene.login('bill');
    bill.sends(
      `<iq type='set' to='localhost' id='change1'><query xmlns='${NS_REGISTER}'><username>${name}</username><password>newpass</password></query></iq>`,
    );
    await bill.receives(`<iq type='result' id='change1'/>`);
    const again = scene.connect({ name: 'bill' });
    await again.authenticates('newpass');
    await bill.receivesNothing();
  });

  test.each([
    ['without a name', 'bad-request', '<password>newpass</password>'],
    ['without a password', 'bad-request', '<username>bill</username>'],
    ['with an empty password', 'bad-request', '<username>bill</username><password></password>'],
    ['with the name of somebody else', 'forbidden', '<username>juliet</username><password>newpass</password>'],
    ['with a weak password', 'not-acceptable', '<username>bill</username><password>bill</password>'],
  ])('cannot change the password %s: %s', async (_how, condition, fields) => {
    await using scene = await openScene({ accounts: ['bill', 'juliet'] });
    const before = ['bill', 'juliet'].map((name) => scene.accounts.credentials(name, 'SCRAM-SHA-256')?.storedKey);
    const bill = await scene.login('bill');
    const answer = await bill.request(`<iq type='set'><query xmlns='${NS_REGISTER}'>${fields}</query></iq>`);
    expect(conditionOf(answer)).toBe(condition);
    expect(answer.toXml(), 'the request is not repeated').not.toContain('newpass');
    expect(['bill', 'juliet'].map((name) => scene.accounts.credentials(name, 'SCRAM-SHA-256')?.storedKey)).toEqual(
      before,
    );
  });

  test('removes the account, and all its streams end (Entity Requests Cancellation of Existing Registration)', async () => {
    await using scene = await openScene({ accounts: ['bill', 'juliet'] });
    const globe = await scene.login('bill', 'globe');
    const rose = await scene.login('bill', 'rose');
    const juliet = await scene.login('juliet');
    globe.sends(`<iq type='set' id='unreg1'><query xmlns='${NS_REGISTER}'><remove/></query></iq>`);
    await globe.receives(`<iq type='result' to='bill@localhost/globe' id='unreg1'/>`);
    await globe.receivesEnd('not-authorized');
    await rose.receivesEnd('not-authorized');
    await juliet.receivesNothing();
    expect(scene.accounts.get('bill')?.status).toBe('deleted');
    scene.clock.advance(8 * 86_400_000);
    await expect.poll(() => scene.accounts.has('bill')).toBe(false);
    expect(scene.accounts.has('juliet')).toBe(true);
  });

  test('cannot remove and do something else at once (Bad Request)', async () => {
    await using scene = await openScene({ accounts: ['bill'] });
    const bill = await scene.login('bill');
    const answer = await bill.request(
      `<iq type='set'><query xmlns='${NS_REGISTER}'><remove/><username>bill</username></query></iq>`,
    );
    expect(conditionOf(answer)).toBe('bad-request');
    expect(scene.accounts.has('bill')).toBe(true);
  });

  test('who is the last administrator stays (Forbidden)', async () => {
    await using scene = await openScene({ accounts: ['bill', 'juliet'], admins: ['bill'] });
    const bill = await scene.login('bill');
    const answer = await bill.request(`<iq type='set'><query xmlns='${NS_REGISTER}'><remove/></query></iq>`);
    expect(conditionOf(answer)).toBe('forbidden');
    expect(answer.child('error')?.childText('text', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toMatch(
      /last administrator/,
    );
    expect(scene.accounts.has('bill')).toBe(true);
    await bill.receivesNothing();
  });
});

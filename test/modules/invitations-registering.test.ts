/** XEP-0445: Pre-Authenticated In-Band Registration, version 0.2.0; the examples by their captions. */
import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import {
  conditionOf,
  HOUR_MS,
  invited,
  joined,
  NS_PARS,
  NS_REGISTER,
  opened,
  preauth,
  register,
  states,
  textOf,
} from './invitations-steps.ts';

const NS_IBR_TOKEN = 'urn:xmpp:ibr-token:0';
const NS_REGISTER_FEATURE = 'http://jabber.org/features/iq-register';

describe('a stranger', () => {
  test('sees that invitations are accepted (Stream features of a server that accepts invitations)', async () => {
    await using scene = await openScene();
    expect((await opened(scene)).features?.child('register', NS_IBR_TOKEN)).toBeDefined();
  });

  test('is offered registration while somebody is invited, and not before or after', async () => {
    await using scene = await openScene();
    const isOffered = async () => (await opened(scene)).features?.child('register', NS_REGISTER_FEATURE) !== undefined;
    expect(await isOffered()).toBe(false);
    const { token } = await invited(scene);
    expect(await isOffered()).toBe(true);
    await joined(scene, token, 'juliet');
    expect(await isOffered()).toBe(false);
  });

  test('registers with a token while registration is closed (Server accepts invitation token)', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene);
    const client = await opened(scene);
    client.sends(`<iq type='set' to='localhost' id='pa1'><preauth xmlns='${NS_PARS}' token='${token}'/></iq>`);
    await client.receives(`<iq type='result' from='localhost' id='pa1'/>`);
    client.sends(`<iq type='get' id='reg1' to='localhost'><query xmlns='${NS_REGISTER}'/></iq>`);
    await client.receives(
      `<iq type='result' id='reg1'><query xmlns='${NS_REGISTER}'><instructions>{any}</instructions><username/><password/></query></iq>`,
    );
    expect((await register(client, 'Juliet')).attr('type')).toBe('result');
    expect(scene.accounts.get('juliet')).toMatchObject({ role: 'member' });
    const juliet = scene.connect({ name: 'juliet' });
    await juliet.authenticates('Calliope-1');
  });

  test('gets the role of the invitation', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene, { role: 'limited' });
    await joined(scene, token, 'juliet');
    expect(scene.accounts.get('juliet')?.role).toBe('limited');
  });

  test('gets the name of the invitation and no other', async () => {
    await using scene = await openScene();
    const { token, uri } = await invited(scene, { localpart: 'Juliet' });
    expect(uri).toBe(`xmpp:juliet@localhost?register;preauth=${token}`);
    const client = await opened(scene);
    await preauth(client, token);
    const fields = await client.request(`<iq type='get'><query xmlns='${NS_REGISTER}'/></iq>`);
    expect(fields.child('query', NS_REGISTER)?.childText('username')).toBe('juliet');
    const other = await register(client, 'rosaline');
    expect(conditionOf(other)).toBe('not-acceptable');
    expect(textOf(other)).toContain('juliet');
    expect((await register(client, 'juliet')).attr('type')).toBe('result');
  });

  test.each([
    ['with a weak password', 'juliet', ' ', 'not-acceptable'],
    ['under a name that is taken', 'romeo', 'Calliope-1', 'conflict'],
  ])('does not use up the token %s (section 4)', async (_how, name, password, condition) => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { token } = await invited(scene);
    const client = await opened(scene);
    await preauth(client, token);
    const wrong = password === ' ' ? await register(client, name, name) : await register(client, name, password);
    expect(conditionOf(wrong)).toBe(condition);
    expect(states(scene)).toEqual(['open']);
    expect((await register(client, 'juliet')).attr('type')).toBe('result');
    expect(states(scene)).toEqual(['used']);
  });

  test('who was in time registers after the expiry (section 4)', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene, { lifetimeHours: 1 });
    scene.clock.advance(HOUR_MS - 1_000);
    const client = await opened(scene);
    await preauth(client, token);
    scene.clock.advance(2_000);
    expect(states(scene)).toEqual(['expired']);
    expect((await register(client, 'juliet')).attr('type')).toBe('result');
  });

  test('cannot register a second account with it on the same stream', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene, { maxUses: 5 });
    const client = await opened(scene);
    await preauth(client, token);
    await register(client, 'juliet');
    expect(conditionOf(await register(client, 'rosaline'))).toBe('not-acceptable');
  });

  test('cannot present it in plain text', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene);
    const client = scene.connect({ isSecure: false });
    client.opens();
    await client.next();
    client.sends(`<iq type='set' id='a'><preauth xmlns='${NS_PARS}' token='${token}'/></iq>`);
    await client.receivesEnd('policy-violation');
  });

  test.each([
    ['without a token', `<iq type='set' id='a'><preauth xmlns='${NS_PARS}'/></iq>`],
    ['as a question', `<iq type='get' id='a'><preauth xmlns='${NS_PARS}' token='x'/></iq>`],
    ['under another name', `<iq type='set' id='a'><auth xmlns='${NS_PARS}' token='x'/></iq>`],
  ])('%s gets a bad request', async (_how, xml) => {
    await using scene = await openScene();
    const client = await opened(scene);
    client.sends(xml);
    expect(conditionOf(await client.next())).toBe('bad-request');
  });
});

describe('a token that is', () => {
  test.each(['', 'x', 'F'.repeat(32), '0'.repeat(5_000), '🌹', "' OR 1=1"])(
    'forged (%j) is not found (Server rejects invitation token)',
    async (token) => {
      await using scene = await openScene();
      await invited(scene);
      const client = await opened(scene);
      const answer = await preauth(client, token.replaceAll("'", '&apos;'));
      expect(conditionOf(answer)).toBe('item-not-found');
      expect(answer.child('error')?.attr('type')).toBe('cancel');
      expect(textOf(answer)).toMatch(/not known/);
      expect(conditionOf(await register(client, 'juliet'))).toBe('not-allowed');
    },
  );

  test('expired is not found', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene, { lifetimeHours: 1 });
    scene.clock.advance(HOUR_MS);
    const answer = await joined(scene, token, 'juliet');
    expect(conditionOf(answer)).toBe('item-not-found');
    expect(textOf(answer)).toMatch(/expired/);
  });

  test('used is not found', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene);
    await joined(scene, token, 'juliet');
    const answer = await joined(scene, token, 'rosaline');
    expect(conditionOf(answer)).toBe('item-not-found');
    expect(textOf(answer)).toMatch(/used/);
  });

  test('revoked is not found, and an admission that was given before is worth nothing', async () => {
    await using scene = await openScene();
    const { token, id } = await invited(scene);
    const early = await opened(scene);
    await preauth(early, token);
    const actor = { name: 'ann', door: 'window', permissions: new Set(['people.write'] as const) } as const;
    await scene.server.administration.perform(actor, 'invitations.revoke', { id });
    const late = await joined(scene, token, 'juliet');
    expect(conditionOf(late)).toBe('item-not-found');
    expect(textOf(late)).toMatch(/taken back/);
    const refused = await register(early, 'juliet');
    expect(conditionOf(refused)).toBe('not-allowed');
    expect(textOf(refused)).toMatch(/taken back/);
    expect(scene.accounts.has('juliet')).toBe(false);
  });

  test('of somebody who is removed goes with him, and of somebody who is switched off rests', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'paris'] });
    const romeos = await invited(scene, { inviter: 'romeo' });
    const pariss = await invited(scene, { creator: 'paris' });
    await scene.accounts.disable('paris');
    await scene.accounts.remove('romeo');
    expect(conditionOf(await joined(scene, romeos.token, 'juliet'))).toBe('item-not-found');
    expect(conditionOf(await joined(scene, pariss.token, 'juliet'))).toBe('item-not-found');
    await scene.accounts.enable('paris');
    expect((await joined(scene, pariss.token, 'juliet')).attr('type')).toBe('result');
  });

  test('for a password only is not found', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { token, uri } = await invited(scene, { purpose: 'password', localpart: 'romeo' });
    expect(uri).toBeUndefined();
    expect(conditionOf(await joined(scene, token, 'juliet'))).toBe('item-not-found');
  });

  test('tried too often from one address waits', async () => {
    await using scene = await openScene({ settings: { 'invitations.maxAttemptsPerHour': 2 } });
    const { token } = await invited(scene);
    const client = await opened(scene, '192.0.2.7');
    await preauth(client, 'a');
    await preauth(client, 'b');
    const refused = await preauth(client, 'c');
    expect(conditionOf(refused)).toBe('not-acceptable');
    expect(refused.child('error')?.attr('type')).toBe('wait');
    expect((await preauth(await opened(scene, '192.0.2.8'), token)).attr('type')).toBe('result');
  });
});

describe('a token for one use', () => {
  test('makes one account when two register at once', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene);
    const names = ['juliet', 'rosaline', 'nurse'];
    const clients = await Promise.all(names.map(() => opened(scene)));
    for (const client of clients) expect((await preauth(client, token)).attr('type')).toBe('result');
    const answers = await Promise.all(clients.map((client, i) => register(client, names[i] ?? '')));
    expect(answers.map((answer) => answer.attr('type')).sort()).toEqual(['error', 'error', 'result']);
    const refused = answers.find((answer) => answer.attr('type') === 'error');
    expect(refused && conditionOf(refused)).toBe('not-allowed');
    expect(refused && textOf(refused)).toMatch(/used/);
    expect(scene.accounts.list()).toHaveLength(1);
    expect(scene.database.reader.all('SELECT jid FROM invitations_use')).toHaveLength(1);
  });

  test('is used up together with the account, whenever the server dies', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene);
    const client = await opened(scene);
    await preauth(client, token);
    client.sends(
      `<iq type='set' id='r'><query xmlns='${NS_REGISTER}'><username>juliet</username><password>Calliope-1</password></query></iq>`,
    );
    await scene.crash();
    const isThere = scene.accounts.has('juliet');
    expect(states(scene)).toEqual([isThere ? 'used' : 'open']);
    if (!isThere) expect((await joined(scene, token, 'juliet')).attr('type')).toBe('result');
    expect(scene.accounts.list()).toHaveLength(1);
    expect(states(scene)).toEqual(['used']);
  });

  test('is not kept in clear', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene);
    const rows = scene.database.reader.all<Record<string, unknown>>('SELECT * FROM invitations_invitation');
    expect(
      JSON.stringify(rows, (_key, value) =>
        ArrayBuffer.isView(value) ? Buffer.from(value as Buffer).toString() : value,
      ),
    ).not.toContain(token);
    expect(token).toMatch(/^[0-9a-f]{32}$/);
  });
});

test('a token for three uses makes three accounts and no fourth', async () => {
  await using scene = await openScene();
  const { token } = await invited(scene, { maxUses: 3 });
  for (const name of ['juliet', 'rosaline', 'nurse']) {
    expect((await joined(scene, token, name)).attr('type'), name).toBe('result');
  }
  expect(conditionOf(await joined(scene, token, 'paris'))).toBe('item-not-found');
});

describe('a name that an invitation is for', () => {
  test('is kept until it expires (section 5)', async () => {
    await using scene = await openScene({ settings: { 'registration.open': true } });
    await invited(scene, { localpart: 'juliet', lifetimeHours: 1 });
    const other = await invited(scene);
    expect(conditionOf(await register(await opened(scene), 'juliet'))).toBe('conflict');
    expect(conditionOf(await joined(scene, other.token, 'juliet'))).toBe('conflict');
    scene.clock.advance(HOUR_MS);
    expect((await register(await opened(scene), 'juliet')).attr('type')).toBe('result');
  });

  test('is for one only', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { maxUses } = await invited(scene, { localpart: 'juliet', maxUses: 9 });
    expect(maxUses).toBe(1);
    await expect(invited(scene, { localpart: 'Juliet' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(invited(scene, { localpart: 'romeo' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(invited(scene, { localpart: 'not a name' })).rejects.toMatchObject({ code: 'invalid' });
  });
});

test('nobody becomes an administrator by taking a name that the settings give away', async () => {
  await using scene = await openScene({
    settings: { 'admin.jids': 'boss@localhost', 'registration.open': true },
  });
  const { token } = await invited(scene);
  expect(conditionOf(await joined(scene, token, 'boss'))).toBe('conflict');
  expect(conditionOf(await register(await opened(scene), 'boss'))).toBe('conflict');
  const own = await invited(scene, { localpart: 'boss' });
  expect((await joined(scene, own.token, 'boss')).attr('type')).toBe('result');
});

test('what is over is forgotten after a month', async () => {
  await using scene = await openScene();
  await invited(scene, { lifetimeHours: 1 });
  scene.clock.advance(29 * 24 * HOUR_MS);
  expect(states(scene)).toEqual(['expired']);
  scene.clock.advance(3 * 24 * HOUR_MS);
  expect(states(scene)).toEqual([]);
});

test.each([
  [{ maxUses: 0 }, 'invalid'],
  [{ maxUses: 1.5 }, 'invalid'],
  [{ lifetimeHours: 0 }, 'invalid'],
  [{ lifetimeHours: 9_000 }, 'invalid'],
  [{ role: 'jester' }, 'not-found'],
  [{ inviter: 'nobody' }, 'not-found'],
  [{ purpose: 'contact' }, 'invalid'],
  [{ purpose: 'password' }, 'invalid'],
  [{ purpose: 'password', localpart: 'nobody' }, 'not-found'],
] as const)('an invitation with %o is refused: %s', async (wish, code) => {
  await using scene = await openScene();
  await expect(invited(scene, wish)).rejects.toMatchObject({ code });
});

test('there are as many open invitations as the setting allows', async () => {
  await using scene = await openScene({ settings: { 'invitations.maxOpen': 1 } });
  await invited(scene, { lifetimeHours: 1 });
  await expect(invited(scene)).rejects.toMatchObject({ code: 'conflict' });
  scene.clock.advance(HOUR_MS);
  await invited(scene);
});

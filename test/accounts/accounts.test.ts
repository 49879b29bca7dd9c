import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AccountEvent } from '../../server/accounts/account-events.ts';
import { Accounts } from '../../server/accounts/accounts.ts';
import { checkPassword, SCRAM_MECHANISMS } from '../../server/accounts/credentials.ts';
import { ACCOUNT_MIGRATIONS } from '../../server/accounts/store.ts';
import { Database } from '../../server/store/database.ts';
import type { Writer } from '../../server/store/writer.ts';
import { recordingLog } from '../certificates/recording-log.ts';

const PASSWORD = 'correct horse battery';
const CREATED_AT = Date.UTC(2026, 0, 1);
const { log, lines } = recordingLog();

let database: Database;
let accounts: Accounts;

const load = (writer: Writer = database.writer) =>
  Accounts.load({
    reader: database.reader,
    writer,
    log,
    domain: 'miller.local',
    now: () => CREATED_AT,
    randomBytes,
    iterations: 2,
    minPasswordLength: 10,
  });
const create = (localpart: string, role: 'admin' | 'member' = 'member') =>
  accounts.create({ localpart, password: PASSWORD, role });
const refusal = (code: string) => expect.objectContaining({ name: 'AccountError', code });

/** Everything that is told from now on, as `event name`. */
function listen(): string[] {
  const heard: string[] = [];
  const events: AccountEvent[] = ['created', 'removed', 'disabled', 'enabled', 'passwordChanged', 'roleChanged'];
  for (const event of events) accounts.on(event, ({ localpart }) => heard.push(`${event} ${localpart}`));
  return heard;
}

beforeEach(async () => {
  database = Database.inMemory({ migrations: ACCOUNT_MIGRATIONS, log });
  accounts = await load();
});

describe('creating an account', () => {
  test('makes it known under its prepared name, now and after the next start', async () => {
    const account = await create('Ämilie', 'admin');
    expect(account).toEqual({
      localpart: 'ämilie',
      role: 'admin',
      status: 'enabled',
      isEnabled: true,
      isGuest: false,
      createdAt: CREATED_AT,
    });
    for (const known of [accounts, await load()]) {
      expect(known.has('ämilie')).toBe(true);
      expect(known.get('ämilie')).toEqual(account);
      expect(known.list()).toEqual([account]);
    }
    expect(accounts.has('nobody')).toBe(false);
    expect(accounts.get('nobody')).toBeUndefined();
  });

  test('of the same name twice at the same time succeeds once', async () => {
    const results = await Promise.allSettled([create('anna'), create('ANNA'), create('ben')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: refusal('conflict') });
    expect(accounts.list().map(({ localpart }) => localpart)).toEqual(['anna', 'ben']);
  });

  test.each(['', 'a b', 'a@b', 'a/b', 'x'.repeat(1024)])('refuses the name %j', async (localpart) => {
    await expect(create(localpart)).rejects.toEqual(refusal('invalid-name'));
  });

  test.each(['short', 'maximilian', 'bell\u0007 in the middle'])('refuses the password %j', async (password) => {
    const created = accounts.create({ localpart: 'maximilian', password, role: 'member' });
    await expect(created).rejects.toEqual(refusal('weak-password'));
    expect(accounts.list()).toEqual([]);
  });

  test('stores keys for every mechanism and no password', async () => {
    await create('anna');
    for (const mechanism of SCRAM_MECHANISMS) {
      const credential = accounts.credentials('anna', mechanism);
      expect(credential && (await checkPassword(credential, PASSWORD))).toBe(true);
    }
    const rows = JSON.stringify(database.reader.all('SELECT * FROM account NATURAL JOIN account_credential'));
    expect(rows).toContain('anna');
    expect(rows).not.toContain(PASSWORD);
  });
});

test('a name that nobody has gets the same decoy at every start, and no password fits', async () => {
  const again = await load();
  expect(accounts.credentials('nobody', 'SCRAM-SHA-1')).toBeUndefined();
  expect(again.decoy('nobody', 'SCRAM-SHA-1')).toEqual(accounts.decoy('nobody', 'SCRAM-SHA-1'));
  expect(await accounts.checkPassword('nobody', PASSWORD)).toBe(false);
});

test('a new password takes the place of the old one', async () => {
  await create('anna');
  const heard = listen();
  await accounts.setPassword('anna', 'another good one');
  expect(await accounts.checkPassword('anna', PASSWORD)).toBe(false);
  expect(await accounts.checkPassword('anna', 'another good one')).toBe(true);
  expect(heard).toEqual(['passwordChanged anna']);
  await expect(accounts.setPassword('anna', 'short')).rejects.toEqual(refusal('weak-password'));
  expect(await accounts.checkPassword('anna', 'another good one')).toBe(true);
});

test('disabling and enabling last, and are told once', async () => {
  await create('anna');
  const heard = listen();
  await accounts.disable('anna');
  await accounts.disable('anna');
  expect(accounts.get('anna')?.isEnabled).toBe(false);
  expect((await load()).get('anna')?.isEnabled).toBe(false);
  expect(accounts.credentials('anna', 'SCRAM-SHA-256')).toBeDefined();
  await accounts.enable('anna');
  await accounts.enable('anna');
  expect((await load()).get('anna')?.isEnabled).toBe(true);
  expect(heard).toEqual(['disabled anna', 'enabled anna']);
});

test('removing deletes every row of the account and frees its name', async () => {
  await create('anna');
  await create('ben');
  const heard = listen();
  await accounts.remove('anna');
  expect(accounts.has('anna')).toBe(false);
  expect(database.reader.all('SELECT DISTINCT localpart FROM account_credential')).toEqual([{ localpart: 'ben' }]);
  expect((await load()).list().map(({ localpart }) => localpart)).toEqual(['ben']);
  await create('anna');
  expect(heard).toEqual(['removed anna', 'created anna']);
});

test('a role can be changed', async () => {
  await create('anna');
  const heard = listen();
  await accounts.setRole('anna', 'limited');
  await accounts.setRole('anna', 'limited');
  expect(accounts.get('anna')?.role).toBe('limited');
  expect((await load()).get('anna')?.role).toBe('limited');
  expect(heard).toEqual(['roleChanged anna']);
});

test('an account that is not there cannot be changed', async () => {
  const results = await Promise.allSettled([
    accounts.setPassword('nobody', PASSWORD),
    accounts.setRole('nobody', 'admin'),
    accounts.disable('nobody'),
    accounts.enable('nobody'),
    accounts.remove('nobody'),
  ]);
  for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: refusal('not-found') });
});

describe('the last enabled admin', () => {
  test('can be neither disabled, removed nor demoted', async () => {
    await create('anna', 'admin');
    await create('ben');
    await expect(accounts.disable('anna')).rejects.toEqual(refusal('last-admin'));
    await expect(accounts.remove('anna')).rejects.toEqual(refusal('last-admin'));
    await expect(accounts.setRole('anna', 'member')).rejects.toEqual(refusal('last-admin'));
    await accounts.remove('ben');
    expect(accounts.get('anna')).toMatchObject({ role: 'admin', isEnabled: true });
  });

  test('is one even when two admins are disabled at the same time', async () => {
    await create('anna', 'admin');
    await create('ben', 'admin');
    const results = await Promise.allSettled([accounts.disable('anna'), accounts.remove('ben')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test('a disabled admin does not count, and can be removed', async () => {
    await create('anna', 'admin');
    await create('ben', 'admin');
    await accounts.disable('ben');
    await expect(accounts.disable('anna')).rejects.toEqual(refusal('last-admin'));
    await accounts.remove('ben');
  });
});

describe('listeners', () => {
  test('hear of a change when it can be seen, until they unsubscribe', async () => {
    const seen: boolean[] = [];
    const unsubscribe = accounts.on('created', ({ localpart }) => seen.push(accounts.has(localpart)));
    await create('anna');
    unsubscribe();
    await create('ben');
    expect(seen).toEqual([true]);
  });

  test('that throw are logged and keep nobody else from hearing', async () => {
    lines.length = 0;
    accounts.on('created', () => {
      throw new Error('a bug');
    });
    const heard = listen();
    await create('anna');
    expect(heard).toEqual(['created anna']);
    expect(lines).toMatchObject([{ level: 'error', message: 'account listener failed' }]);
  });
});

test('a change that could not be stored has not happened', async () => {
  const failing: Writer = {
    write: () => Promise.reject(new Error('the disk is full')),
    flush: () => Promise.resolve(),
    isIdle: true,
  };
  await create('anna', 'admin');
  accounts = await load(failing);
  const heard = listen();
  await expect(create('ben')).rejects.toThrow('the disk is full');
  await expect(accounts.setRole('anna', 'admin')).resolves.toBeUndefined();
  await expect(accounts.enable('anna')).resolves.toBeUndefined();
  await expect(accounts.setPassword('anna', 'another good one')).rejects.toThrow('the disk is full');
  expect(accounts.list().map(({ localpart }) => localpart)).toEqual(['anna']);
  expect(heard).toEqual([]);
});

describe('a guest', () => {
  test('has an account that is in no list of people, and lasts until it is removed', async () => {
    await create('anna');
    const heard = listen();
    const guest = await accounts.createGuest('59bec12a');
    expect(guest).toEqual({
      localpart: '59bec12a',
      role: 'limited',
      status: 'enabled',
      isEnabled: true,
      isGuest: true,
      createdAt: CREATED_AT,
    });
    for (const known of [accounts, await load()]) {
      expect(known.get('59bec12a')).toEqual(guest);
      expect(known.list().map(({ localpart }) => localpart)).toEqual(['anna']);
      expect(known.guests()).toEqual([guest]);
    }
    await expect(accounts.createGuest('59bec12a')).rejects.toEqual(refusal('conflict'));
    await expect(create('59bec12a')).rejects.toEqual(refusal('conflict'));
    await accounts.remove('59bec12a');
    expect(accounts.has('59bec12a')).toBe(false);
    expect(heard).toEqual(['created 59bec12a', 'removed 59bec12a']);
  });

  test('has no password and gets none, nor anything else', async () => {
    await accounts.createGuest('59bec12a');
    expect(accounts.allCredentials('59bec12a')).toEqual([]);
    expect(accounts.passwordVersion('59bec12a')).toBeUndefined();
    expect(accounts.outdatedMechanisms('59bec12a')).toEqual([]);
    for (const deed of [
      accounts.setPassword('59bec12a', PASSWORD),
      accounts.setRole('59bec12a', 'admin'),
      accounts.disable('59bec12a'),
    ]) {
      await expect(deed).rejects.toEqual(refusal('not-found'));
    }
  });
});

test('each new password raises the version by which others tell it from the one before', async () => {
  await create('anna');
  const first = accounts.passwordVersion('anna');
  await accounts.setPassword('anna', 'another good one');
  expect(accounts.passwordVersion('anna')).toBe((first ?? 0) + 1);
  await expect(accounts.setPassword('anna', 'short')).rejects.toEqual(refusal('weak-password'));
  expect((await load()).passwordVersion('anna')).toBe((first ?? 0) + 1);
  expect(accounts.passwordVersion('nobody')).toBeUndefined();
});

test('a new password is told together with the session in which its owner has set it', async () => {
  await create('anna');
  const heard: (string | undefined)[] = [];
  accounts.on('passwordChanged', (_account, byResource) => heard.push(byResource));
  await accounts.setPassword('anna', 'another good one', 'phone');
  await accounts.setPassword('anna', 'yet another good one');
  expect(heard).toEqual(['phone', undefined]);
});

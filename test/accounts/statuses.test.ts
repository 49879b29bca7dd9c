/** What becomes of accounts: their end, their deletion, their being let in; and the names that new ones can have. */
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { Accounts, type NewAccount } from '../../server/accounts/accounts.ts';
import { ACCOUNT_MIGRATIONS } from '../../server/accounts/store.ts';
import { Database } from '../../server/store/database.ts';
import { recordingLog } from '../certificates/recording-log.ts';

const DAY_MS = 86_400_000;
const { log } = recordingLog();

let database: Database;
let accounts: Accounts;
let nowMs: number;
let graceDays: number;

const load = () =>
  Accounts.load({
    reader: database.reader,
    writer: database.writer,
    log,
    domain: 'miller.local',
    now: () => nowMs,
    randomBytes,
    iterations: 2,
    minPasswordLength: 1,
    get deletionGraceDays() {
      return graceDays;
    },
  });
const create = (localpart: string, more: Partial<NewAccount> = {}) =>
  accounts.create({ localpart, password: 'correct horse', role: 'member', ...more });
const statusOf = (localpart: string) => accounts.get(localpart)?.status;
const over = () => accounts.statuses.over().map(({ localpart }) => localpart);

beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 1);
  graceDays = 7;
  database = Database.inMemory({ migrations: ACCOUNT_MIGRATIONS, log });
  accounts = await load();
  await create('keeper', { role: 'admin' });
});

describe("a guest's account", () => {
  test('is over at its end, and not before', async () => {
    await create('visitor', { expiresAt: nowMs + DAY_MS });
    nowMs += DAY_MS - 1;
    expect(over()).toEqual([]);
    nowMs += 1;
    expect(over()).toEqual(['visitor']);
    expect((await load()).statuses.over().map(({ localpart }) => localpart)).toEqual(['visitor']);
    expect(await accounts.statuses.removeIfOver('visitor')).toBe(true);
    expect(accounts.has('visitor')).toBe(false);
  });

  test('can be given more time, or be made to last', async () => {
    await create('visitor', { expiresAt: nowMs + DAY_MS });
    await accounts.statuses.setExpiry('visitor', nowMs + 2 * DAY_MS);
    nowMs += DAY_MS;
    expect(await accounts.statuses.removeIfOver('visitor')).toBe(false);
    await accounts.statuses.setExpiry('visitor', undefined);
    nowMs += 100 * DAY_MS;
    expect(over()).toEqual([]);
    expect((await load()).get('visitor')?.expiresAt).toBeUndefined();
  });

  test('cannot have ended already', async () => {
    await expect(create('visitor', { expiresAt: nowMs })).rejects.toMatchObject({ code: 'invalid-time' });
    await expect(accounts.statuses.setExpiry('keeper', nowMs)).rejects.toMatchObject({ code: 'invalid-time' });
  });

  test('is never the only one that administers the server', async () => {
    await expect(accounts.statuses.setExpiry('keeper', nowMs + DAY_MS)).rejects.toMatchObject({ code: 'last-admin' });
    await create('deputy', { role: 'admin', expiresAt: nowMs + DAY_MS });
    await expect(accounts.setRole('keeper', 'member')).rejects.toMatchObject({ code: 'last-admin' });
    await expect(accounts.statuses.delete('keeper')).rejects.toMatchObject({ code: 'last-admin' });
    await accounts.statuses.delete('deputy');
  });
});

describe('a deleted account', () => {
  test('is gone for everybody, its name stays taken, and it can be restored until it vanishes', async () => {
    await create('anna');
    await accounts.statuses.delete('anna');
    for (const known of [accounts, await load()]) {
      expect(known.get('anna')).toMatchObject({ status: 'deleted', isEnabled: false, vanishesAt: nowMs + 7 * DAY_MS });
      expect(known.isThere('anna')).toBe(false);
    }
    await expect(create('anna')).rejects.toMatchObject({ code: 'conflict' });
    await expect(accounts.statuses.delete('anna')).rejects.toMatchObject({ code: 'conflict' });
    await expect(accounts.enable('anna')).rejects.toMatchObject({ code: 'conflict' });
    nowMs += 7 * DAY_MS - 1;
    expect(over()).toEqual([]);
    await accounts.statuses.restore('anna');
    nowMs += DAY_MS;
    expect(over()).toEqual([]);
    for (const known of [accounts, await load()]) {
      expect(known.get('anna')?.status).toBe('enabled');
      expect(known.get('anna')?.vanishesAt).toBeUndefined();
    }
    await expect(accounts.statuses.restore('anna')).rejects.toMatchObject({ code: 'conflict' });
  });

  test('vanishes when its time is over', async () => {
    await create('anna');
    await accounts.statuses.delete('anna');
    nowMs += 7 * DAY_MS;
    expect(over()).toEqual(['anna']);
  });

  test('is switched off again when it was so before', async () => {
    await create('anna');
    await accounts.disable('anna');
    await accounts.statuses.delete('anna');
    await accounts.statuses.restore('anna');
    expect(statusOf('anna')).toBe('disabled');
    expect((await load()).get('anna')?.status).toBe('disabled');
  });

  test('of a guest whose time ended meanwhile is to last once it is restored', async () => {
    await create('visitor', { expiresAt: nowMs + DAY_MS });
    await accounts.statuses.delete('visitor');
    nowMs += 2 * DAY_MS;
    expect(over()).toEqual([]);
    await accounts.statuses.restore('visitor');
    expect(over()).toEqual([]);
    expect((await load()).get('visitor')?.expiresAt).toBeUndefined();
  });

  test('is gone at once where there is no time to restore it', async () => {
    graceDays = 0;
    await create('anna');
    await accounts.statuses.delete('anna');
    expect(accounts.has('anna')).toBe(false);
  });
});

describe('somebody who waits to be let in', () => {
  const waiting = { approval: { maxWaiting: 2 } };

  test('is let in, or sent away', async () => {
    await create('anna', waiting);
    await create('ben', waiting);
    expect([statusOf('anna'), (await load()).get('ben')?.status]).toEqual(['pending', 'pending']);
    expect(accounts.isThere('anna')).toBe(false);
    await expect(accounts.enable('anna')).rejects.toMatchObject({ code: 'conflict' });
    await accounts.statuses.approve('anna');
    await accounts.statuses.refuse('ben');
    expect((await load()).get('anna')?.status).toBe('enabled');
    expect(accounts.has('ben')).toBe(false);
    await expect(accounts.statuses.approve('anna')).rejects.toMatchObject({ code: 'conflict' });
    await expect(accounts.statuses.refuse('anna')).rejects.toMatchObject({ code: 'conflict' });
  });

  test('is one of a bounded number', async () => {
    await create('anna', waiting);
    await create('ben', waiting);
    await expect(create('cleo', waiting)).rejects.toMatchObject({ code: 'conflict' });
    await create('dora');
    await accounts.statuses.approve('anna');
    await create('cleo', waiting);
  });

  test('is forgotten after a month', async () => {
    await create('anna', waiting);
    nowMs += 30 * DAY_MS;
    expect(over()).toEqual(['anna']);
  });
});

describe('the name of a new account', () => {
  test.each(['rorneo', 'r0meo', 'roмeo', 'rоmeо'])(
    'is refused when it looks like a name that is taken: %s',
    async (name) => {
      await create('romeo');
      await expect(create(name)).rejects.toMatchObject({ name: 'AccountError' });
      expect(accounts.nameFault(name)?.message).not.toContain('romeo');
    },
  );

  test('may look like one that is gone', async () => {
    await create('romeo');
    await accounts.remove('romeo');
    await create('rorneo');
    await expect(create('romeo')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('too much like'),
    });
  });

  test('looks like a deleted one’s as long as that can be restored', async () => {
    await create('romeo');
    await accounts.statuses.delete('romeo');
    await expect(create('rorneo')).rejects.toMatchObject({ code: 'conflict' });
  });

  test('is compared with all of them after a restart too', async () => {
    await create('romeo');
    accounts = await load();
    await expect(create('rorneo')).rejects.toMatchObject({ code: 'conflict' });
  });

  test('may be in any one alphabet', async () => {
    for (const name of ['иван', 'ελένη', '田中さん', '김민수', 'מרים', 'müller']) await create(name);
    await expect(create('рауpal')).rejects.toMatchObject({
      code: 'invalid-name',
      message: expect.stringContaining('alphabets'),
    });
  });

  test('does not concern accounts that were there before', async () => {
    await database.writer.write([
      {
        sql: "INSERT INTO account (localpart, role, status, created_at) VALUES ('рауpal', 'member', 'enabled', 1), ('paypal', 'member', 'enabled', 1)",
        params: [],
      },
    ]);
    accounts = await load();
    expect([statusOf('рауpal'), statusOf('paypal')]).toEqual(['enabled', 'enabled']);
    await accounts.remove('paypal');
    await expect(create('paypal')).rejects.toMatchObject({ code: 'conflict' });
    await accounts.remove('рауpal');
    await create('paypal');
  });
});

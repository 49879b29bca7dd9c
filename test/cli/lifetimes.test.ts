/** `snug user` for accounts that come and go, on a data directory without a server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../server/cli/program.ts';
import { readEnd } from '../../server/cli/read-end.ts';
import type { ServerEntry } from '../../server/cli/server-entry.ts';
import { openOffline } from '../../server/offline-accounts.ts';
import { createFakeTerminal } from './fake-terminal.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snug-lifetimes-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const entry: ServerEntry = { startServer: () => Promise.reject(new Error('not here')), openOffline };

async function snug(line: string) {
  const terminal = createFakeTerminal('', { SNUG_DATA: directory });
  const status = await runCommand(line.split(' '), terminal, () => Promise.resolve(entry));
  return { status, output: terminal.output(), errors: terminal.errors(), events: () => terminal.events() };
}

/** State and end of an account, as the list has them. */
async function stateOf(name: string): Promise<string | undefined> {
  const [accounts] = (await snug('user list --json')).events() as unknown as {
    localpart: string;
    status: string;
    expiresAt?: string;
  }[][];
  const account = accounts?.find(({ localpart }) => localpart === name);
  if (account === undefined) return undefined;
  if (account.expiresAt === undefined) return account.status;
  return `${account.status} for ${Math.round((Date.parse(account.expiresAt) - Date.now()) / HOUR_MS)} hours`;
}

test('a guest is added for a time, kept longer, and made to stay', async () => {
  const added = await snug('user add visitor --generate --expires 2d');
  expect(added).toMatchObject({ status: 0, output: expect.stringMatching(/^visitor@\S+ is ready to log in until 20/) });
  expect(await stateOf('visitor')).toBe('enabled for 48 hours');
  expect((await snug('user list')).output).toMatch(/UNTIL \(UTC\)[\s\S]*visitor@.*20\d\d-\d\d-\d\d \d\d:\d\d/);
  expect(await snug('user expire visitor 1w')).toMatchObject({ status: 0 });
  expect(await stateOf('visitor')).toBe('enabled for 168 hours');
  expect(await snug('user expire visitor never')).toMatchObject({
    status: 0,
    output: expect.stringContaining('is to last'),
  });
  expect(await stateOf('visitor')).toBe('enabled');
  expect(await snug('user expire nobody 1d')).toMatchObject({
    status: 1,
    errors: expect.stringContaining('no account'),
  });
});

test('a deleted account is restored, or removed at once', async () => {
  await snug('user add ann --generate');
  expect(await snug('user remove ann')).toMatchObject({
    status: 0,
    output: expect.stringMatching(/it can be restored: snug user restore ann\n$/),
  });
  expect(await stateOf('ann')).toBe('deleted');
  expect(await snug('user add ann --generate')).toMatchObject({ status: 1 });
  expect(await snug('user enable ann')).toMatchObject({
    status: 1,
    errors: expect.stringContaining('Restore it first'),
  });
  expect(await snug('user restore ann')).toMatchObject({ status: 0 });
  expect(await stateOf('ann')).toBe('enabled');
  expect(await snug('user remove ann --now')).toMatchObject({
    status: 0,
    output: expect.stringContaining('with everything that was stored'),
  });
  expect(await stateOf('ann')).toBeUndefined();
});

test('nobody is let in or sent away who does not wait', async () => {
  await snug('user add ann --generate');
  for (const verdict of ['approve', 'refuse']) {
    expect(await snug(`user ${verdict} ann`)).toMatchObject({
      status: 1,
      errors: expect.stringContaining('does not wait to be let in'),
    });
  }
  expect(await stateOf('ann')).toBe('enabled');
});

test('a name that looks like another one is refused with a sentence', async () => {
  await snug('user add romeo --generate');
  expect(await snug('user add rorneo --generate')).toMatchObject({
    status: 1,
    errors: expect.stringContaining('too much like a name that is taken'),
  });
});

describe('an end', () => {
  const now = Date.UTC(2026, 0, 1, 12);

  test.each([
    ['12h', now + 12 * HOUR_MS],
    ['3d', now + 3 * DAY_MS],
    ['2w', now + 14 * DAY_MS],
    ['2026-02-01T10:00Z', Date.UTC(2026, 1, 1, 10)],
    ['2026-02-01', new Date(2026, 1, 1, 23, 59, 59).getTime()],
  ])('is read from %s', (text, end) => {
    expect(readEnd('--expires', text, now)).toBe(end);
  });

  test.each(['', '0d', '3', '3y', 'tomorrow', '2025-12-31', '2026-13-01', '2026-01-01T11:59Z'])(
    'is not read from “%s”',
    (text) => {
      expect(() => readEnd('--expires', text, now)).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );
});

/** The accounts of a data directory on which no server runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEntries } from '../server/administration/store.ts';
import { loadConfig, openDataDirectory } from '../server/data-directory.ts';
import { createLogger } from '../server/log/log.ts';
import { openOffline } from '../server/offline-accounts.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'snug-offline-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

test('what is done to them is on record, and what needs a server is refused', async () => {
  const offline = await openOffline(dataDir);
  await offline.perform('accounts.create', { localpart: 'ann', password: 'long enough', role: 'admin' });
  await offline.perform('roles.create', { name: 'keeper', permissions: [] });
  await expect(offline.perform('announcements.send', { text: 'Tea' })).rejects.toMatchObject({ code: 'refused' });
  expect(offline.accounts()).toMatchObject([{ localpart: 'ann', role: 'admin', sessions: 0 }]);
  await offline.close();

  const data = await openDataDirectory({
    dataDir,
    domain: undefined,
    config: loadConfig(dataDir, []),
    log: createLogger('silent', { write: () => undefined }),
    onFatal: () => undefined,
  });
  const nothing = { actor: null, deed: null, outcome: null, text: null };
  const entries = readEntries(data.database.reader, { before: 1000, limit: 10, ...nothing });
  await data.close();
  expect(entries).toMatchObject([
    { deed: 'announcements.send', outcome: 'refused', reason: 'No server is running.' },
    { deed: 'roles.create', subject: 'keeper', outcome: 'done' },
    { actor: 'this computer', door: 'command-line', deed: 'accounts.create', subject: 'ann', detail: 'admin' },
  ]);
});

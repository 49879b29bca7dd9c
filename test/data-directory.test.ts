import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig, openDataDirectory } from '../server/data-directory.ts';
import { recordingLog } from './certificates/recording-log.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'snug-data-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function domainOf(domain: string | undefined): Promise<string> {
  const directory = await openDataDirectory({
    dataDir,
    domain,
    config: loadConfig(dataDir, []),
    log: recordingLog().log,
    onFatal: (error) => {
      throw error;
    },
  });
  await directory.close();
  return directory.domain;
}

test('a directory keeps the domain that it began with', async () => {
  expect(await domainOf('miller.local')).toBe('miller.local');
  expect(await domainOf(undefined)).toBe('miller.local');
  await expect(domainOf('smith.local')).rejects.toMatchObject({ code: 'domain-mismatch' });
});

test('a name under .local that devices do not find is refused, and nothing is begun with it', async () => {
  await expect(domainOf('chat.miller.local')).rejects.toMatchObject({
    code: 'domain-invalid',
    message: expect.stringContaining('such as chat-miller.local'),
  });
  expect(await domainOf(undefined)).toBe('snug.local');
});

test("the computer's own name is refused with another one proposed", async () => {
  const own = `${hostname().split('.')[0]?.toLowerCase()}.local`;
  await expect(domainOf(own)).rejects.toMatchObject({
    code: 'domain-invalid',
    message: expect.stringContaining('the name of this computer itself'),
  });
});

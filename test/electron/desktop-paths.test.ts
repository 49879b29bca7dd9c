import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appFiles, desktopPaths } from '../../electron/desktop-paths.ts';
import { defaultDataDirectory } from '../../server/cli/data-directory.ts';

const ROOT = join(import.meta.dirname, '../..');
const STATES = ['needs-setup', 'starting', 'running', 'running-with-problem', 'stopped', 'failed'] as const;

describe('where things are kept', () => {
  test.each([
    ['linux', {}, '/home/anna'],
    ['linux', { XDG_DATA_HOME: '/mnt/data' }, '/home/anna'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/anna'],
    ['linux', { SNUG_DATA: '/srv/snug' }, '/home/anna'],
    ['darwin', {}, '/Users/anna'],
    ['win32', {}, 'C:\\Users\\anna'],
    ['win32', { APPDATA: 'D:\\Roaming' }, 'C:\\Users\\anna'],
  ] as const)(
    'on %s with %j the data directory is the one of the snug command',
    (platform, environment, homeDirectory) => {
      const facts = { platform, environment, homeDirectory };
      expect(desktopPaths(facts).dataDir).toBe(defaultDataDirectory(facts));
    },
  );

  test('what Chromium writes stays out of the server’s way', () => {
    const paths = desktopPaths({ platform: 'win32', environment: { APPDATA: 'D:\\R' }, homeDirectory: '' });
    expect(paths).toMatchObject({
      database: 'D:\\R\\Snug\\snug.db',
      profile: 'D:\\R\\Snug\\desktop',
      logs: 'D:\\R\\Snug\\logs',
    });
  });

  test.each(['linux', 'darwin', 'win32'] as const)('on %s every state has an icon of its own', (platform) => {
    const { trayIcon, windowIcon } = appFiles(ROOT, platform);
    const paths = STATES.map(trayIcon);
    expect(new Set(paths).size).toBe(STATES.length);
    const onThisSystem = [...paths, windowIcon].map((path) => path.replaceAll('\\', '/'));
    expect(onThisSystem.filter((path) => !existsSync(path))).toEqual([]);
  });
});

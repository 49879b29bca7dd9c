import { expect, test } from 'vitest';
import { defaultDataDirectory } from '../../server/cli/data-directory.ts';

function on(platform: NodeJS.Platform, environment: Record<string, string> = {}, homeDirectory = '/home/ann'): string {
  return defaultDataDirectory({ platform, environment, homeDirectory });
}

test('SNUG_DATA wins everywhere', () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const)
    expect(on(platform, { SNUG_DATA: '/srv/snug' })).toBe('/srv/snug');
});

test('Linux and the BSDs follow the XDG Base Directory Specification', () => {
  expect(on('linux')).toBe('/home/ann/.local/share/snug');
  expect(on('freebsd', { XDG_DATA_HOME: '/data/ann' })).toBe('/data/ann/snug');
  expect(on('linux', { XDG_DATA_HOME: '' })).toBe('/home/ann/.local/share/snug');
  expect(on('linux', { XDG_DATA_HOME: 'relative' })).toBe('/home/ann/.local/share/snug');
});

test('Windows and macOS have places of their own', () => {
  expect(on('win32', { APPDATA: 'C:\\Users\\ann\\AppData\\Roaming' })).toBe('C:\\Users\\ann\\AppData\\Roaming\\Snug');
  expect(on('win32', {}, 'C:\\Users\\ann')).toBe('C:\\Users\\ann\\AppData\\Roaming\\Snug');
  expect(on('darwin', {}, '/Users/ann')).toBe('/Users/ann/Library/Application Support/Snug');
});

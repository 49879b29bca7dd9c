/** What is signed with what the environment holds. */
import { expect, test } from 'vitest';
import { signing } from '../../build/signing.ts';

const IDENTITY = { SNUG_SIGN_MAC: 'Developer ID Application: Somebody (ABCDE12345)' };
const APPLE = { APPLE_ID: 'a@example.org', APPLE_PASSWORD: 'secret', APPLE_TEAM_ID: 'ABCDE12345' };

test('nothing is signed without being told with what', () => {
  expect(signing({ ...APPLE })).toEqual({});
});

test('an identity signs on macOS; with an Apple account the app is notarised, too', () => {
  expect(Object.keys(signing(IDENTITY))).toEqual(['osxSign']);
  expect(signing({ ...IDENTITY, ...APPLE }).osxNotarize).toEqual({
    appleId: 'a@example.org',
    appleIdPassword: 'secret',
    teamId: 'ABCDE12345',
  });
});

test('half an Apple account is refused before anything is built', () => {
  expect(() => signing({ ...IDENTITY, APPLE_ID: 'a@example.org' })).toThrow('Notarisation needs');
});

test('a certificate file signs on Windows', () => {
  expect(signing({ SNUG_SIGN_WINDOWS: 'c.pfx', SNUG_SIGN_WINDOWS_PASSWORD: 'p' }).windowsSign).toEqual({
    certificateFile: 'c.pfx',
    certificatePassword: 'p',
  });
});

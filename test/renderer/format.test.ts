import { describe, expect, test } from 'vitest';
import { formatAgo, formatBytes, formatDuration, groupFingerprint, initials, splitJid } from '../../renderer/format.ts';

const NOW = Date.parse('2026-03-14T18:42:10Z');
const at = (awayMs: number): string => new Date(NOW + awayMs).toISOString();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('times as people say them', () => {
  test.each([
    [-10_000, 'just now'],
    [10_000, 'just now'],
    [-5 * MINUTE, '5 minutes ago'],
    [-3 * HOUR, '3 hours ago'],
    [-DAY, 'yesterday'],
    [-20 * DAY, '20 days ago'],
    [-100 * DAY, '3 months ago'],
    [340 * DAY, 'in 11 months'],
    [-800 * DAY, '4 January 2024'],
  ])('%i ms away is “%s”', (awayMs, words) => {
    expect(formatAgo(at(awayMs), NOW)).toBe(words);
  });

  test.each([
    [0, '0 seconds'],
    [1000, '1 second'],
    [61_000, '1 minute 1 s'],
    [2 * HOUR, '2 hours'],
    [12 * DAY + 7 * HOUR + 20 * MINUTE, '12 days 7 h'],
    [DAY + 20 * MINUTE, '1 day'],
  ])('%i ms last “%s”', (durationMs, words) => {
    expect(formatDuration(durationMs)).toBe(words);
  });
});

test.each([
  [0, '0 bytes'],
  [1023, '1,023 bytes'],
  [262_144, '256 KB'],
  [48_637_952, '46.4 MB'],
  [5 * 1024 ** 4, '5 TB'],
])('%i bytes are “%s”', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

test('a fingerprint is grouped, however it is written', () => {
  expect(groupFingerprint('3f:9a:1c:77')).toEqual(['3F9A', '1C77']);
  expect(groupFingerprint('')).toEqual([]);
});

test('initials are of the first two words, in any script', () => {
  expect(['anna', 'guest-tablet', 'jürgen.öz', '👋', ''].map(initials)).toEqual(['A', 'GT', 'JÖ', '', '']);
});

test('a full JID is taken apart at its first slash', () => {
  expect(splitJid('ann@miller.local/a/b@c')).toEqual({ bare: 'ann@miller.local', localpart: 'ann', resource: 'a/b@c' });
});

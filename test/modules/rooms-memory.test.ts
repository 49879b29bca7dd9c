/** What rooms remember has an end. */
import { expect, test } from 'vitest';
import { Activity } from '../../server/modules/rooms/activity.ts';
import { SearchLimit } from '../../server/modules/rooms/search/search-limit.ts';
import { SlowMode } from '../../server/modules/rooms/slow-mode.ts';
import { AffiliationVersions } from '../../server/modules/rooms/versions/affiliation-versions.ts';

test('of the changes of affiliations the last 200 are known, and the version before them', () => {
  const versions = new AffiliationVersions('base');
  expect(versions.current).toBe('base');
  for (let i = 0; i < 201; i++) versions.record(`v${i}`, `m${i}@localhost`, 'none');
  expect(versions.changes).toHaveLength(200);
  expect(versions.since('base')).toBeUndefined();
  expect(versions.since('v0')?.size).toBe(200);
  expect(versions.since('v200')?.size).toBe(0);
  expect(versions.current).toBe('v200');
});

test('a JID that changed twice counts with what it was first', () => {
  const versions = new AffiliationVersions('base');
  versions.record('v1', 'hag@localhost', 'member');
  versions.record('v2', 'hag@localhost', 'none');
  expect([...(versions.since('base') ?? [])]).toEqual([['hag@localhost', 'member']]);
});

test('changes go on counting where a restart left off', () => {
  const versions = new AffiliationVersions('base');
  versions.load([{ version: 'v7', position: 7, jid: 'hag@localhost', before: 'none' }]);
  expect(versions.record('v8', 'hag@localhost', 'member').position).toBe(8);
});

test('nobody whose time is over is kept waiting in memory, and never more than 10,000 people', () => {
  const slow = new SlowMode();
  slow.spoke('a', 1_000, 0);
  slow.spoke('b', 1_000, 500);
  slow.spoke('c', 1_000, 1_200);
  expect(slow.waitMs('a', 1_000_000, 1_200)).toBe(0);
  expect(slow.waitMs('b', 1_000, 1_200)).toBe(300);
  for (let i = 0; i < 10_000; i++) slow.spoke(`m${i}`, 1_000_000, 2_000);
  expect(slow.waitMs('c', 1_000_000, 2_000)).toBe(0);
  expect(slow.waitMs('m0', 1_000_000, 2_000)).toBe(1_000_000);
});

test('more than 10,000 addresses that search within a minute wait for the next one', () => {
  let now = 0;
  const limit = new SearchLimit(() => now);
  for (let i = 0; i < 10_000; i++) expect(limit.take(`m${i}`, 2)).toBe(0);
  expect(limit.take('one-more', 2)).toBe(60);
  expect(limit.take('m0', 2)).toBe(0);
  now = 60_000;
  expect(limit.take('one-more', 2)).toBe(0);
});

test('a clock that is set back does not disturb the activity', () => {
  const hour = 3_600_000;
  const activity = new Activity(10 * hour);
  activity.count(10 * hour);
  activity.count(3 * hour);
  expect(activity.perHour(11 * hour)).toBe(2);
});

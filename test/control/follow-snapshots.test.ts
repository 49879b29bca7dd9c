import { beforeEach, expect, test } from 'vitest';
import { followSnapshots } from '../../server/control/follow-snapshots.ts';
import { FakeClock } from '../scene/fake-clock.ts';

let clock: FakeClock;
let value: number;
let reads: number;
let listeners: Set<() => void>;
let end: AbortController;

beforeEach(() => {
  clock = new FakeClock();
  value = 1;
  reads = 0;
  listeners = new Set();
  end = new AbortController();
});

function follow() {
  return followSnapshots({
    read: () => {
      reads += 1;
      return { value };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    refreshMs: 10_000,
    clock,
    signal: end.signal,
  });
}

function change(to: number): void {
  value = to;
  for (const listener of listeners) listener();
}

/** Lets everything happen that waits for nothing but its turn. */
const settled = () => new Promise(setImmediate);

/** What `promise` has come to, or `pending`. */
async function now<T>(promise: Promise<T>): Promise<T | 'pending'> {
  await settled();
  return Promise.race([promise, Promise.resolve('pending' as const)]);
}

test('the first snapshot comes at once', async () => {
  expect(await now(follow().next())).toEqual({ done: false, value: { value: 1 } });
});

test('changes within half a second are told together', async () => {
  const snapshots = follow();
  await snapshots.next();
  const next = snapshots.next();
  await settled();
  for (const to of [2, 3, 4]) change(to);
  clock.advance(499);
  expect(await now(next)).toBe('pending');
  clock.advance(1);
  expect(await now(next)).toMatchObject({ value: { value: 4 } });
  expect(reads).toBe(2);
});

test('a change after a quiet time is told at once', async () => {
  const snapshots = follow();
  await snapshots.next();
  const next = snapshots.next();
  await settled();
  clock.advance(500);
  await settled();
  change(2);
  expect(await now(next)).toMatchObject({ value: { value: 2 } });
});

test('a change that is none, or is taken back in time, is not told', async () => {
  const snapshots = follow();
  await snapshots.next();
  const next = snapshots.next();
  await settled();
  change(2);
  change(1);
  clock.advance(500);
  expect(await now(next)).toBe('pending');
  change(5);
  expect(await now(next)).toMatchObject({ value: { value: 5 } });
});

test('what changes without a word is seen at the next refresh', async () => {
  const snapshots = follow();
  await snapshots.next();
  const next = snapshots.next();
  await settled();
  clock.advance(500);
  await settled();
  value = 2;
  clock.advance(9_000);
  expect(await now(next)).toBe('pending');
  clock.advance(1_000);
  expect(await now(next)).toMatchObject({ value: { value: 2 } });
});

test('a reader that is slow gets the newest snapshot and none of those between', async () => {
  const snapshots = follow();
  await snapshots.next();
  for (const to of [2, 3, 4]) change(to);
  const next = snapshots.next();
  await settled();
  clock.advance(500);
  expect(await now(next)).toMatchObject({ value: { value: 4 } });
});

test.each([
  ['in the pause', 0],
  ['while it waits for a change', 500],
])('it ends %s, and takes its listener back', async (_name, afterMs) => {
  const snapshots = follow();
  await snapshots.next();
  const next = snapshots.next();
  await settled();
  clock.advance(afterMs);
  await settled();
  expect(listeners.size).toBe(1);
  end.abort();
  expect(await now(next)).toEqual({ done: true, value: undefined });
  expect(listeners.size).toBe(0);
  clock.advance(60_000);
  expect(reads).toBe(1);
});

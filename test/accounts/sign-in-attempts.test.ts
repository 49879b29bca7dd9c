import { beforeEach, describe, expect, test } from 'vitest';
import { addressPrefix } from '../../server/accounts/address-prefix.ts';
import { FailureCounts } from '../../server/accounts/failure-counts.ts';
import { MAX_SIGN_IN_DELAY_MS, SignInAttempts } from '../../server/accounts/sign-in-attempts.ts';

const HOME = '192.0.2.1';
const ELSEWHERE = '198.51.100.7';
const HOUR_MS = 3_600_000;

let nowMs: number;
let attempts: SignInAttempts;

beforeEach(() => {
  nowMs = 1_000_000;
  attempts = new SignInAttempts({ now: () => nowMs });
});

/** One attempt after the other, each waiting as told, each failing; returns the waits. */
function guess(localpart: string, address: string, times: number): number[] {
  return Array.from({ length: times }, () => {
    const delay = attempts.delayMs(localpart, address);
    nowMs += delay;
    attempts.failed(localpart, address);
    return delay;
  });
}

describe('one account from one address', () => {
  test('fails five times freely, then waits twice as long each time, up to 30 seconds', () => {
    expect(guess('anna', HOME, 14)).toEqual([0, 0, 0, 0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('is free again after a success', () => {
    guess('anna', HOME, 9);
    nowMs += attempts.delayMs('anna', HOME);
    attempts.succeeded('anna', HOME);
    expect(guess('anna', HOME, 5)).toEqual([0, 0, 0, 0, 0]);
  });

  test('is forgiven with time', () => {
    guess('anna', HOME, 12);
    nowMs += HOUR_MS;
    expect(guess('anna', HOME, 5)).toEqual([0, 0, 0, 0, 0]);
  });

  test('gets turns when many attempts come at once, and no turn beyond 30 seconds', () => {
    guess('anna', HOME, 9);
    const delays = Array.from({ length: 50 }, () => attempts.delayMs('anna', HOME));
    expect(delays.slice(0, 4)).toEqual([8000, 16_000, 24_000, 32_000]);
    expect(delays.slice(4).every((delay) => delay === 32_000)).toBe(true);
    expect(delays.filter((delay) => delay <= MAX_SIGN_IN_DELAY_MS)).toHaveLength(3);
  });
});

describe('somebody who guesses', () => {
  test('at one account does not slow its owner down who comes from elsewhere', () => {
    guess('anna', HOME, 20);
    expect(attempts.delayMs('anna', ELSEWHERE)).toBe(0);
  });

  test('from everywhere slows an unknown device of the owner by two seconds at most, and a known one not at all', () => {
    attempts.succeeded('anna', HOME);
    for (let at = 0; at < 5000; at++) attempts.failed('anna', `10.${at >> 8}.${at & 255}.1`);
    expect(attempts.delayMs('anna', ELSEWHERE)).toBe(2000);
    expect(attempts.delayMs('anna', ELSEWHERE)).toBe(2000);
    expect(attempts.delayMs('anna', HOME)).toBe(0);
  });

  test('at many accounts from one address is slowed although each account is tried only once', () => {
    const delays = Array.from({ length: 30 }, (_, at) => guess(`name${at}`, HOME, 1)[0] ?? 0);
    expect(delays.slice(0, 21).every((delay) => delay === 0)).toBe(true);
    expect(delays.slice(21, 26)).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(delays[29]).toBe(30_000);
  });

  test('does not get away by signing in to an account of his own in between', () => {
    let waited = 0;
    for (let at = 0; at < 40; at++) {
      waited += guess(`name${at}`, HOME, 1)[0] ?? 0;
      attempts.succeeded('mallory', HOME);
    }
    expect(waited).toBeGreaterThan(300_000);
  });

  test('does not slow down a neighbour behind the same address who has signed in there', () => {
    attempts.succeeded('anna', HOME);
    for (let at = 0; at < 40; at++) guess(`name${at}`, HOME, 1);
    expect(attempts.delayMs('anna', HOME)).toBe(0);
    expect(attempts.delayMs('ben', HOME)).toBeGreaterThan(0);
  });

  test('at that neighbour is slowed like anybody', () => {
    attempts.succeeded('anna', HOME);
    for (let at = 0; at < 40; at++) guess(`name${at}`, HOME, 1);
    nowMs += 60_000;
    guess('anna', HOME, 6);
    expect(attempts.delayMs('anna', HOME)).toBeGreaterThan(1000);
  });

  test('gains nothing by changing his address within his own /64', () => {
    for (let at = 0; at < 9; at++) attempts.failed('anna', `2001:db8:1:2::${at}`);
    expect(attempts.delayMs('anna', '2001:db8:1:2:ffff::1')).toBe(8000);
    expect(attempts.delayMs('anna', '2001:db8:1:3::1')).toBe(0);
  });
});

test('what is remembered is bounded, and the newest failures are what is kept', () => {
  const counts = new FailureCounts({ free: 0, firstDelayMs: 1000, maxDelayMs: 1000 });
  for (let at = 0; at < 12_000; at++) counts.add(`key ${at}`, 0);
  expect(counts.size).toBe(10_000);
  expect(counts.delayMs('key 0', 0)).toBe(0);
  expect(counts.delayMs('key 11999', 0)).toBe(1000);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0DB8:0:00ff:1:2:3:4', '2001:db8:0:ff::/64'],
  ['2001:db8:1:2:3:4:192.0.2.1', '2001:db8:1:2::/64'],
  ['1::3:4:5:192.0.2.1', '1:0:0:3::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['1:2:3::', '1:2:3:0::/64'],
  ['unknown', 'unknown'],
])('the address %s counts as %s', (address, prefix) => {
  expect(addressPrefix(address)).toBe(prefix);
});

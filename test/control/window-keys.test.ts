import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { WindowKeys } from '../../server/control/window-keys.ts';

const MINUTE_MS = 60_000;

let nowMs: number;
let keys: WindowKeys;

beforeEach(() => {
  nowMs = 1_000_000;
  keys = new WindowKeys({ now: () => nowMs, randomBytes });
});

/** The cookie that `token` is exchanged for; fails the test when it is none. */
function cookieFor(token: string): string {
  const redeemed = keys.redeem(token);
  if (typeof redeemed === 'string') throw new Error(`the token is ${redeemed}`);
  return redeemed.cookie;
}

describe('a token', () => {
  test('has 256 bits and is exchanged for a cookie that is another one', () => {
    const token = keys.newToken();
    expect(Buffer.from(token, 'base64url').length).toBe(32);
    const cookie = cookieFor(token);
    expect(cookie).not.toBe(token);
    expect([keys.isSignedIn(cookie), keys.isSignedIn(token)]).toEqual([true, false]);
  });

  test('works once', () => {
    const token = keys.newToken();
    cookieFor(token);
    expect(keys.redeem(token)).toBe('wrong');
  });

  test('works for ten minutes', () => {
    const [early, late] = [keys.newToken(), keys.newToken()];
    nowMs += 10 * MINUTE_MS - 1;
    cookieFor(early);
    nowMs += 1;
    expect(keys.redeem(late)).toBe('wrong');
  });

  test('of another server, or made up, is wrong', () => {
    const other = new WindowKeys({ now: () => nowMs, randomBytes });
    for (const token of [other.newToken(), '', 'x', '__proto__']) expect(keys.redeem(token)).toBe('wrong');
  });

  test('is one of 64 at most: the oldest goes', () => {
    const tokens = Array.from({ length: 65 }, () => keys.newToken());
    expect(keys.redeem(tokens[0] ?? '')).toBe('wrong');
    cookieFor(tokens[1] ?? '');
  });
});

describe('after ten wrong tokens', () => {
  beforeEach(() => {
    for (let wrong = 0; wrong < 10; wrong++) expect(keys.redeem(`wrong ${wrong}`)).toBe('wrong');
  });

  test('a right one is refused as well, and is still good a minute later', () => {
    const token = keys.newToken();
    expect(keys.redeem(token)).toBe('too-many');
    nowMs += MINUTE_MS - 1;
    expect(keys.redeem(token)).toBe('too-many');
    nowMs += 1;
    cookieFor(token);
  });

  test('refused ones do not lengthen the wait', () => {
    nowMs += MINUTE_MS / 2;
    for (let more = 0; more < 50; more++) expect(keys.redeem('again')).toBe('too-many');
    nowMs += MINUTE_MS / 2;
    expect(keys.redeem('again')).toBe('wrong');
  });
});

test('of more than 64 browsers the one that signed in first is forgotten', () => {
  const cookies = Array.from({ length: 65 }, () => cookieFor(keys.newToken()));
  expect(keys.isSignedIn(cookies[0] ?? '')).toBe(false);
  expect(cookies.slice(1).every((cookie) => keys.isSignedIn(cookie))).toBe(true);
});

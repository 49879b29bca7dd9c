import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { findPasswordFault, generatePassword } from '../../server/accounts/passwords.ts';

test('a generated password is four groups of five unambiguous characters', () => {
  expect(generatePassword(randomBytes)).toMatch(/^([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$/);
  expect(generatePassword(randomBytes)).not.toBe(generatePassword(randomBytes));
});

test('generated passwords use each letter equally often: bytes that would favour some are thrown away', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  let at = 0;
  const inOrder = (size: number) => {
    const bytes = Uint8Array.from({ length: size }, (_, index) => all[(at + index) % 256] ?? 0);
    at += size;
    return bytes;
  };
  const counts = new Map<string, number>();
  // Each call reads whole chunks of 20 bytes, so 64 times 20 is five rounds of all bytes.
  for (let round = 0; round < 64; round++) {
    for (const letter of generatePassword(inOrder).replaceAll('-', '')) {
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
  }
  const sorted = [...counts.values()].sort((a, b) => a - b);
  expect(counts.size).toBe(31);
  expect((sorted[30] ?? 0) - (sorted[0] ?? 0)).toBeLessThan(15);
});

test.each([
  ['correct horse battery', undefined],
  ['short', 'The password needs at least 10 characters.'],
  ['🙂'.repeat(9), 'The password is too long or has characters that not every app can type.'],
  ['\u00e9'.repeat(9), 'The password needs at least 10 characters.'],
  ['', 'The password is empty.'],
  ['x'.repeat(1025), 'The password is too long or has characters that not every app can type.'],
  ['bell\u0007 in the middle', 'The password is too long or has characters that not every app can type.'],
  ['Maximilian', 'The password is the same as the name.'],
  ['maximilian@Miller.local', 'The password is the same as the name.'],
])('the password %j gets: %s', (password, fault) => {
  expect(findPasswordFault(password, { minLength: 10, localpart: 'maximilian', domain: 'miller.local' })).toBe(fault);
});

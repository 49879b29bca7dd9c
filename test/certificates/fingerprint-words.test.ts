import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { fingerprintWords } from '../../server/certificates/fingerprint-words.ts';
import { WORD_LIST } from '../../server/certificates/word-list.ts';

test('the list is that of BIP-39, as its own document hashes it', () => {
  const text = WORD_LIST.map((word) => `${word}\n`).join('');
  expect(createHash('sha256').update(text).digest('hex')).toBe(
    '2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda',
  );
});

test('six words stand for the first 66 bits, eleven bits each', () => {
  expect(fingerprintWords('00'.repeat(32))).toBe('abandon abandon abandon abandon abandon abandon');
  expect(fingerprintWords('FF:'.repeat(31).concat('FF'))).toBe('zoo zoo zoo zoo zoo zoo');
  // 1 to 6 in eleven bits each.
  expect(fingerprintWords('0020080180400a018000'.padEnd(64, '0'))).toBe(
    [1, 2, 3, 4, 5, 6].map((index) => WORD_LIST[index]).join(' '),
  );
});

test('the order of the words matters, and one bit changes them', () => {
  const one = fingerprintWords(`80${'00'.repeat(31)}`);
  expect(one).not.toBe(fingerprintWords('00'.repeat(32)));
  expect(one.split(' ').slice(1)).toEqual(Array.from({ length: 5 }, () => 'abandon'));
});

test('what is too short for six words is a bug and not a weaker comparison', () => {
  expect(() => fingerprintWords('AB:CD')).toThrow(RangeError);
});

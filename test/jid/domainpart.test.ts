/** RFC 7622 section 3.2: domain names, host names and addresses. */
import { describe, expect, test } from 'vitest';
import { prepareDomainpart } from '../../server/jid/domainpart.ts';

test('an A-label and its U-label are one domainpart', () => {
  expect(prepareDomainpart('xn--mnchen-3ya.example')).toBe('m\u00FCnchen.example');
  expect(prepareDomainpart('M\u00DCNCHEN.example')).toBe('m\u00FCnchen.example');
});

test('Cherokee keeps the letters that IDNA2008 allows', () => {
  expect(prepareDomainpart('\u13A0\u13A1.example')).toBe('\u13A0\u13A1.example');
  expect(prepareDomainpart('\uAB70\uAB71.example')).toBe('\u13A0\u13A1.example');
});

test('an empty domainpart is refused', () => {
  expect(prepareDomainpart('')).toBeUndefined();
});

test('every ASCII character but letters, digits and hyphens is refused inside a label', () => {
  for (let code = 0; code < 0x80; code += 1) {
    const name = `a${String.fromCharCode(code)}b`;
    const expected = /[A-Za-z0-9.-]/.test(String.fromCharCode(code)) ? name.toLowerCase() : undefined;
    expect(prepareDomainpart(name), name).toBe(expected);
    expect(prepareDomainpart(`\u00FC.${name}`), name).toBe(expected === undefined ? undefined : `\u00FC.${expected}`);
  }
});

test('something far too long is refused without being mapped', () => {
  expect(prepareDomainpart('\u00FC.'.repeat(100_000))).toBeUndefined();
  expect(prepareDomainpart('a.'.repeat(100_000))).toBeUndefined();
});

describe('IPv6 addresses take one form (RFC 5952)', () => {
  test.each([
    ['[0:0:0:0:0:0:0:0]', '[::]'],
    ['[2001:0DB8:0000:0000:0008:0800:200C:417A]', '[2001:db8::8:800:200c:417a]'],
    ['[2001:db8:0:1:1:1:1:1]', '[2001:db8:0:1:1:1:1:1]'],
    ['[FE80::1%25Eth0]', '[fe80::1%25Eth0]'],
  ])('%s is %s', (text, expected) => {
    expect(prepareDomainpart(text)).toBe(expected);
  });
});

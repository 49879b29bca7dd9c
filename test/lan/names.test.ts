import { describe, expect, test } from 'vitest';
import { hostNames, instanceLabel, isComputersName, isLocalDomain, otherLocalDomain } from '../../server/lan/names.ts';

describe('host names', () => {
  test.each([
    ['miller.local', ['miller.local']],
    ['Miller.Local.', ['miller.local']],
    ['müller.local', ['xn--mller-kva.local', 'müller.local']],
    ['xn--mller-kva.local', ['xn--mller-kva.local', 'müller.local']],
    ['chat.example.org', ['chat-example-org.local']],
    ['office.lan', ['office-lan.local']],
    [`${'a'.repeat(40)}.${'b'.repeat(40)}.org`, [`${'a'.repeat(40)}-${'b'.repeat(22)}.local`]],
    [`${'a'.repeat(62)}.org`, [`${'a'.repeat(62)}.local`]],
  ])('%s is found as %j', (domain, hosts) => {
    expect(hostNames(domain)).toEqual(hosts);
  });

  test('only what ends in .local is looked up by multicast', () => {
    expect(['miller.local', 'MILLER.LOCAL', 'a.b.local'].map(isLocalDomain)).toEqual([true, true, true]);
    expect(['local', '.local', 'miller.lan', 'miller.local.org'].map(isLocalDomain)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test("the computer's own name is recognised with and without a domain", () => {
    expect(isComputersName(['miller.local'], 'Miller')).toBe(true);
    expect(isComputersName(['miller.local'], 'miller.fritz.box')).toBe(true);
    expect(isComputersName(['miller.local'], 'miller-2')).toBe(false);
  });
});

test.each([
  ['miller.local', 'miller-chat.local'],
  ['Chat.Miller.local.', 'chat-miller.local'],
  ['local', 'snug-chat.local'],
  ['chat.example.org', 'chat-example-org.local'],
])('in the place of %s, %s is proposed', (domain, proposal) => {
  expect(otherLocalDomain(domain)).toBe(proposal);
});

describe('instance names', () => {
  test.each([
    ['Miller family', 1, 'Miller family'],
    ['Miller family', 2, 'Miller family (2)'],
    ['Dr. Miller', 1, 'Dr- Miller'],
    ['', 1, 'Snug'],
    [' \u0007 ', 1, 'Snug'],
  ])('%j, attempt %i, is %j', (name, attempt, label) => {
    expect(instanceLabel(name, attempt)).toBe(label);
  });

  test('a label has at most 63 bytes and ends with a whole character', () => {
    for (const name of ['ü'.repeat(60), '👩‍👩‍👧'.repeat(10), 'x'.repeat(100)]) {
      for (const attempt of [1, 2]) {
        const label = instanceLabel(name, attempt);
        expect(Buffer.byteLength(label)).toBeLessThanOrEqual(63);
        expect(Buffer.byteLength(label)).toBeGreaterThanOrEqual(57);
        expect(label.isWellFormed()).toBe(true);
      }
    }
  });
});

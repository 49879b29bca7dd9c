import { expect, test } from 'vitest';
import { Contest } from '../../server/lan/contest.ts';

function contest() {
  const clock = { nowMs: 0 };
  return { clock, names: new Contest(() => clock.nowMs) };
}

const BY_NINE = { name: 'miller.local', holder: '192.168.1.9' };

test('a contested name is news once, whoever contests it, and again when it had been forgotten', () => {
  const { clock, names } = contest();
  expect(names.hear(BY_NINE)).toBe(true);
  expect(names.hear({ ...BY_NINE, holder: '192.168.1.10' })).toBe(false);
  expect(names.conflicts).toEqual([{ ...BY_NINE, holder: '192.168.1.10' }]);
  clock.nowMs = 150_001;
  expect(names.conflicts).toEqual([]);
  expect(names.hear(BY_NINE)).toBe(true);
});

test('a name that nobody answers for any more is settled at once', () => {
  const { names } = contest();
  names.hear(BY_NINE);
  names.settle();
  expect(names.conflicts).toEqual([]);
});

test('a name is defended at once, and then every ten seconds at most', () => {
  const { clock, names } = contest();
  expect(names.isDefenceDue('miller.local')).toBe(false);
  names.hear(BY_NINE);
  expect(names.isDefenceDue('miller.local')).toBe(true);
  clock.nowMs = 9_999;
  names.hear(BY_NINE);
  expect(names.isDefenceDue('miller.local')).toBe(false);
  clock.nowMs = 10_000;
  expect(names.isDefenceDue('miller.local')).toBe(true);
});

import { expect, test } from 'vitest';
import { formatLines, isAtLeast, levelFilters, matchesText } from '../../renderer/log-lines.ts';

const line = (level: string, message = 'session bound', fields: Readonly<Record<string, unknown>> = {}) => ({
  time: '2026-01-31T12:00:00.000Z',
  level,
  room: 'session',
  message,
  fields,
});

test('a filter shows its level and what is worse', () => {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
  const shown = levelFilters.map((filter) => levels.filter((level) => isAtLeast(line(level), filter)));
  expect(shown).toEqual([levels, levels.slice(2), levels.slice(3), levels.slice(4)]);
});

test('a line of unknown level passes every filter', () => {
  expect(levelFilters.every((filter) => isAtLeast(line('unknown'), filter))).toBe(true);
});

test('a text filter looks for every word, in every part of the line', () => {
  const bound = line('info', 'session bound', { jid: 'Ann@miller.local' });
  expect(['', 'ann', 'BOUND ann', 'session jid='].map((query) => matchesText(bound, query))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(matchesText(bound, 'ann ben')).toBe(false);
});

test('copied lines read as the command prints them', () => {
  expect(formatLines([{ id: 1, line: line('warn', 'x', { a: 1, b: 'two' }) }])).toBe(
    '2026-01-31T12:00:00.000Z warn  session: x a=1 b="two"',
  );
});

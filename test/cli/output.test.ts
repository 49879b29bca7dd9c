import { expect, test } from 'vitest';
import { block, byteSize, table } from '../../server/cli/output.ts';

test('a table aligns its columns and ends no line in spaces', () => {
  expect(
    table(
      ['JID', 'ROLE'],
      [
        ['ann@miller.local', 'admin'],
        ['bo@miller.local', ''],
      ],
    ),
  ).toBe('JID               ROLE\nann@miller.local  admin\nbo@miller.local');
});

test('a block aligns its values', () => {
  expect(
    block([
      ['Domain', 'miller.local'],
      ['Ports', '5222'],
    ]),
  ).toBe('  Domain  miller.local\n  Ports   5222');
});

test('sizes are said in the unit that fits', () => {
  expect([999, 1000, 12_345_678, 5e15].map(byteSize)).toEqual(['999 bytes', '1.0 kB', '12.3 MB', '5000.0 TB']);
});

test('names chosen by strangers cannot steer the terminal', () => {
  expect(table(['JID'], [['a\u001b[2Jb\u202e']])).toBe('JID\na\uFFFD[2Jb\uFFFD');
});

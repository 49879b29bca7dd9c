import { expect, test } from 'vitest';
import { isAtLeast, isRole, ROLES } from '../../server/accounts/roles.ts';

test('an admin may what a member may, and a member what a limited account may', () => {
  const table = ROLES.map((role) => ROLES.map((minimum) => isAtLeast(role, minimum)));
  expect(ROLES).toEqual(['limited', 'member', 'admin']);
  expect(table).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});

test('only the three roles are roles', () => {
  expect([isRole('admin'), isRole('limited'), isRole('owner'), isRole('')]).toEqual([true, true, false, false]);
});

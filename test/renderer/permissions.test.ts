/** Roles and bridges in words: nothing that the contract knows is left out. */
import { expect, test } from 'vitest';
import { summarizeGrants } from '../../renderer/grant-words.ts';
import { permissionGroups, permissionName, summarizePermissions } from '../../renderer/permissions.ts';
import { permissions } from '../../server/control/contract.ts';

test('every permission stands in one group', () => {
  const grouped = permissionGroups.flatMap((group) => group.permissions);
  expect(grouped.toSorted()).toEqual([...permissions].toSorted());
});

test('no two permissions are called the same', () => {
  expect(new Set(permissions.map(permissionName)).size).toBe(permissions.length);
});

test('a role is summed up by the first that it allows, and by how much more', () => {
  expect(summarizePermissions([])).toBe('Only chats.');
  expect(summarizePermissions(['announce'])).toBe('Tell everybody something');
  expect(summarizePermissions(['announce', 'logs.read', 'audit.read', 'files.read'])).toBe(
    'Tell everybody something · Read the log · Read the audit log · and 1 more thing',
  );
});

test('a bridge is summed up by all that it may do for people', () => {
  const nothing = {
    roster: 'none',
    rosterPush: true,
    message: 'none',
    presence: 'none',
    iq: [],
    delegated: [],
  } as const;
  expect(summarizeGrants({ ...nothing, iq: [], delegated: [] })).toBe('nothing beyond its own address');
  expect(
    summarizeGrants({
      roster: 'get',
      rosterPush: true,
      message: 'outgoing',
      presence: 'roster',
      iq: [{ xmlns: 'urn:example:one', access: 'get' }],
      delegated: [
        { xmlns: 'urn:example:two', attributes: [] },
        { xmlns: 'urn:example:three', attributes: ['node'] },
      ],
    }),
  ).toBe(
    'reads contact lists · writes in anybody’s name · sees who is online, contacts too · ' +
      'sends 1 kind of requests for people · answers 2 kinds of requests',
  );
});

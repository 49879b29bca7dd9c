/** What a role may do, in the order and the groups in which people think of it. */
import type { Permission } from '../server/control/contract.ts';
import { texts } from './texts.ts';

const words = texts.roles;
/** As many as one reads at a glance. */
const SUMMARY = 3;

interface PermissionGroup {
  readonly name: keyof typeof words.groups;
  readonly permissions: readonly Permission[];
}

export const permissionGroups: readonly PermissionGroup[] = [
  { name: 'people', permissions: ['people.read', 'people.write', 'sessions.end', 'roles.write'] },
  { name: 'words', permissions: ['announce'] },
  { name: 'files', permissions: ['files.read', 'files.write', 'reports.read', 'reports.write'] },
  {
    name: 'server',
    permissions: ['server.read', 'settings.read', 'settings.write', 'logs.read', 'audit.read', 'server.stop'],
  },
];

const names: Readonly<Record<Permission, string>> = words.permissions;

export function permissionName(permission: Permission): string {
  return names[permission];
}

/** The role in one line. */
export function summarizePermissions(permissions: readonly Permission[]): string {
  if (permissions.length === 0) return words.nothing;
  const first = permissions.slice(0, SUMMARY).map(permissionName);
  return words.summary(first, permissions.length - first.length);
}

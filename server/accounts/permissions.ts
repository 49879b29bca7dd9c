/** What an account may do to the server beyond chatting: the words in which roles are written. */

export const PERMISSIONS = [
  'server.read',
  'server.stop',
  'people.read',
  'people.write',
  'sessions.end',
  'roles.write',
  'settings.read',
  'settings.write',
  'logs.read',
  'audit.read',
  'announce',
  'files.read',
  'files.write',
  'reports.read',
  'reports.write',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** What something asks of whoever wants it. `everything` is for administrators alone. */
export type Requirement = Permission | 'everything';

export type Permissions = ReadonlySet<Permission>;

/** An administrator's. */
export const EVERYTHING: Permissions = new Set(PERMISSIONS);
export const NOTHING: Permissions = new Set();

export function isPermission(text: string): text is Permission {
  return PERMISSIONS.some((permission) => permission === text);
}

export function meets(permissions: Permissions, requirement: Requirement): boolean {
  return requirement === 'everything' ? permissions.size === PERMISSIONS.length : permissions.has(requirement);
}

/** The roles that every server has, from least to most. A role of an installation's own (see custom-roles.ts) is a member's. */

/** `limited` is for guests: what it may not do is said where it is forbidden. */
export type Role = 'limited' | 'member' | 'admin';

/** In ascending order. */
export const ROLES: readonly Role[] = ['limited', 'member', 'admin'];

/** Whether `role` may do what needs `minimum`. */
export function isAtLeast(role: Role, minimum: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(minimum);
}

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

/** What the holder of a role counts as among people who chat, where permissions have no say. */
export function standingOf(role: string): Role {
  return isRole(role) ? role : 'member';
}

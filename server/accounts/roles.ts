/** Roles of accounts, from least to most. */

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

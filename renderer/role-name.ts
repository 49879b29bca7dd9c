/** What a role is called: those that every server has by the catalogue, the others by their own name. */
import { texts } from './texts.ts';

export function roleName(role: string): string {
  const names: Readonly<Record<string, string>> = texts.people.roles;
  return Object.hasOwn(names, role) ? (names[role] ?? role) : role;
}

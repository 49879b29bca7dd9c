/** XEP-0045 section 5: affiliations, which last, and roles, which are for one visit. */

/** From least to most. */
const AFFILIATIONS = ['outcast', 'none', 'member', 'admin', 'owner'] as const;
const ROLES = ['none', 'visitor', 'participant', 'moderator'] as const;

/** Those of which there are lists. */
export const LISTED_AFFILIATIONS = AFFILIATIONS.filter((affiliation) => affiliation !== 'none');

export type Affiliation = (typeof AFFILIATIONS)[number];
/** A role in a room; what accounts have is something else. */
export type RoomRole = (typeof ROLES)[number];

export function isAffiliation(text: string | undefined): text is Affiliation {
  return AFFILIATIONS.some((affiliation) => affiliation === text);
}

export function isRoomRole(text: string | undefined): text is RoomRole {
  return ROLES.some((role) => role === text);
}

/** Below zero when `a` is less than `b`, zero when they are the same. */
export function compareAffiliations(a: Affiliation, b: Affiliation): number {
  return AFFILIATIONS.indexOf(a) - AFFILIATIONS.indexOf(b);
}

export function isAtLeast(affiliation: Affiliation, minimum: Affiliation): boolean {
  return compareAffiliations(affiliation, minimum) >= 0;
}

export function isRoleAtLeast(role: RoomRole, minimum: RoomRole): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(minimum);
}

/** Section 5.1.2: the role with which somebody enters. */
export function initialRole(affiliation: Affiliation, isModerated: boolean): RoomRole {
  switch (affiliation) {
    case 'owner':
    case 'admin':
      return 'moderator';
    case 'member':
      return 'participant';
    case 'none':
      return isModerated ? 'visitor' : 'participant';
    case 'outcast':
      return 'none';
  }
}

/** The role of somebody who is here when his affiliation changes (section 5.1.3): gained with a rank, lost with it. */
export function roleAfter(role: RoomRole, before: Affiliation, after: Affiliation, isModerated: boolean): RoomRole {
  const initial = initialRole(after, isModerated);
  if (isAtLeast(before, 'admin') && !isAtLeast(after, 'admin')) return initial;
  if (isModerated && compareAffiliations(after, before) < 0 && role === 'participant') return initial;
  return isRoleAtLeast(initial, role) ? initial : role;
}

/** Changing roles: voice, moderators, kicks (XEP-0045 sections 8.2 to 8.5, 9.6 and 9.7). */
import type { StanzaError } from '../../stanza/error.ts';
import type { Actor } from './drawing.ts';
import { removeOccupant } from './leave.ts';
import type { Occupant } from './occupants.ts';
import { announceRole } from './presence.ts';
import { type Affiliation, compareAffiliations, isAtLeast, type RoomRole } from './privileges.ts';
import type { Room } from './room.ts';
import { refusal } from './room-error.ts';
import type { RoomService } from './service.ts';
import { STATUS } from './status-codes.ts';

export interface RoleChange {
  readonly occupant: Occupant;
  readonly role: RoomRole;
  readonly reason?: string | undefined;
}

/** Roles that are remembered for people who come back; more than sit in any room. */
const MAX_REMEMBERED = 1_000;

/** Why somebody with this role and affiliation may not make the change. */
export function roleRefusal(
  room: Room,
  by: { readonly role: RoomRole; readonly affiliation: Affiliation },
  { occupant, role }: RoleChange,
): StanzaError | undefined {
  if (by.role !== 'moderator' && !isAtLeast(by.affiliation, 'admin'))
    return refusal('forbidden', 'Only moderators may do this.');
  const affiliation = room.affiliationOf(occupant.user);
  const concernsModerator = role === 'moderator' || occupant.role === 'moderator';
  if (role === 'none') {
    // Sections 5.1.3 and 8.2: moderators are kicked by admins, and nobody by somebody of a lower affiliation.
    if (compareAffiliations(affiliation, by.affiliation) > 0)
      return refusal('not-allowed', 'You cannot kick somebody of a higher affiliation.');
    if (occupant.role === 'moderator' && !isAtLeast(by.affiliation, 'admin'))
      return refusal('not-allowed', 'Only admins of the room may kick a moderator.');
    return undefined;
  }
  if (role !== 'moderator' && isAtLeast(affiliation, 'admin'))
    return refusal('not-allowed', 'Admins and owners of the room keep their role.');
  if (concernsModerator && occupant.role !== role && !isAtLeast(by.affiliation, 'admin'))
    return refusal('forbidden', 'Only admins of the room may appoint or dismiss moderators.');
  // Section 8.4: not from somebody at or above one's own level. Everybody is above nobody, or moderators could do nothing.
  if (role === 'visitor' && affiliation !== 'none' && compareAffiliations(affiliation, by.affiliation) >= 0)
    return refusal('not-allowed', 'You cannot take the voice of somebody of your own affiliation.');
  return undefined;
}

export function changeRole(
  service: RoomService,
  room: Room,
  { occupant, role, reason }: RoleChange,
  actor: Actor | undefined,
): void {
  if (role === 'none') {
    removeOccupant(service, room, occupant, { statuses: [STATUS.kicked], actor, reason });
    return;
  }
  const wasShown = room.isShown(occupant.role);
  occupant.role = role;
  remember(room, occupant);
  announceRole(service, room, occupant, wasShown, { actor, reason });
}

/** Section 5.1: roles should last across visits, or leaving and entering again would give one's voice back. */
function remember({ rememberedRoles }: Room, { user, role }: Occupant): void {
  rememberedRoles.delete(user.bare);
  if (role === 'moderator') return;
  if (rememberedRoles.size < MAX_REMEMBERED) rememberedRoles.set(user.bare, role);
}

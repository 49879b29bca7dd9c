/** Presence from somebody who is in: another nickname, or another availability (XEP-0045 sections 7.6 and 7.7). */
import { StanzaError } from '../../stanza/error.ts';
import { presentable } from './drawing.ts';
import { type Join, lockedNick, newOccupant, nickConflict, nickRefusal } from './join.ts';
import type { Occupant } from './occupants.ts';
import { announce, announceGone } from './presence.ts';
import type { Room } from './room.ts';
import type { RoomService } from './service.ts';
import { STATUS } from './status-codes.ts';

/** Section 7.7. */
export function changePresence(service: RoomService, room: Room, occupant: Occupant, presence: Join): void {
  const session = occupant.sessions.get(presence.from.full);
  if (session === undefined) return;
  session.presence = presentable(presence.element);
  room.occupants.addSession(occupant, session); // the latest now
  announce(service, room, occupant);
}

/** Section 7.6. Only the session that asks moves; where it was the only one, nobody keeps the old nickname. */
export function changeNick(
  service: RoomService,
  room: Room,
  occupant: Occupant,
  presence: Join,
): StanzaError | undefined {
  const { from, to } = presence;
  const session = occupant.sessions.get(from.full);
  if (session === undefined) return undefined;
  const nick = to.resource;
  const refused = nickRefusal(service, nick) ?? nickConflict(room, nick, from);
  if (refused !== undefined) return refused;
  const locked = lockedNick(service, room, from);
  if (locked !== undefined && locked !== nick)
    return new StanzaError('not-acceptable', 'Your nickname here is registered.', { type: 'cancel' });

  room.occupants.removeSession(occupant, from);
  const known = room.occupants.like(nick);
  const successor = known ?? newOccupant(service, room, from, nick, occupant.role);
  announceGone(service, room, occupant, [session], { statuses: [STATUS.newNick], newNick: successor.nick });
  if (occupant.sessions.size > 0) announce(service, room, occupant);
  session.presence = presentable(presence.element);
  room.occupants.addSession(successor, session);
  announce(service, room, successor, {
    newcomer: session,
    selfStatuses: successor.nick === nick ? [] : [STATUS.nickAssigned],
  });
  return undefined;
}

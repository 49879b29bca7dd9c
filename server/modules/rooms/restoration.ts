/**
 * Rooms after a restart. Sessions that wait to be resumed (XEP-0198) are in their rooms as before: their clients believe
 * so, and what is said meanwhile must be waiting for them. Nobody is told, since nothing has changed for anybody; but for
 * a session whose room is gone, as temporary ones are, or that may not be there any more.
 */
import type { Jid } from '../../jid/jid.ts';
import type { Session } from '../../session/session.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { el } from '../../xml/element.ts';
import { presentable } from './drawing.ts';
import { exclusion, lockedNick, newOccupant, nickConflict } from './join.ts';
import { outsidePresence } from './leave.ts';
import type { RoomService } from './service.ts';

/** Puts those back who were in a room, as their directed presence says (whereabouts.ts). */
export function restoreOccupants(service: RoomService): void {
  for (const session of service.host.sessions.all()) {
    for (const address of latestByRoom(session, service.jid.domain).values()) {
      if (!isPutBack(service, session, address)) tellOutside(session, address);
    }
  }
}

/** Whoever took another nickname has presence directed to both; the latest holds. */
function latestByRoom(session: Session, domain: string): ReadonlyMap<string, Jid> {
  const latest = new Map<string, Jid>();
  for (const address of session.directed.values()) {
    if (address.domain === domain && address.resource !== '') latest.set(address.local, address);
  }
  return latest;
}

/** False when that room is gone, does not let this user in any more, or has somebody else of that name in it. */
function isPutBack(service: RoomService, { jid, presence }: Session, address: Jid): boolean {
  const room = service.find(address.local);
  if (room === undefined || exclusion(service, room, jid) !== undefined) return false;
  const nick = lockedNick(service, room, jid) ?? address.resource;
  if (nickConflict(room, nick, jid) !== undefined) return false;
  const occupant = room.occupants.like(nick) ?? newOccupant(service, room, jid, nick, room.entryRole(jid));
  const shown = presentable(presence ?? el('presence', NS_CLIENT));
  room.occupants.addSession(occupant, { jid, presence: shown });
  return true;
}

/** Not through the router: the modules that look at presence have not started yet. */
function tellOutside(session: Session, address: Jid): void {
  session.directed.delete(address.full);
  session.send(outsidePresence(session.jid, address));
}

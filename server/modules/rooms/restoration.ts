/**
 * Rooms after a restart. Sessions that wait to be resumed (XEP-0198) are in their rooms as before: their clients believe
 * so, and what is said meanwhile must be waiting for them. Nobody is told, since nothing has changed for anybody.
 */
import type { Jid } from '../../jid/jid.ts';
import type { Session } from '../../session/session.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { el } from '../../xml/element.ts';
import { presentable } from './drawing.ts';
import { lockedNick, newOccupant, nickConflict } from './join.ts';
import type { RoomService } from './service.ts';

/** Puts those back who were in a room, as their directed presence says. Rooms that are gone, and bans, stay as they are. */
export function restoreOccupants(service: RoomService): void {
  for (const session of service.host.sessions.all()) {
    for (const address of latestByRoom(session, service.jid.domain).values()) putBack(service, session, address);
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

function putBack(service: RoomService, { jid, presence }: Session, address: Jid): void {
  const room = service.find(address.local);
  if (room === undefined || room.affiliationOf(jid) === 'outcast') return;
  const nick = lockedNick(service, room, jid) ?? address.resource;
  if (nickConflict(room, nick, jid) !== undefined) return;
  const occupant = room.occupants.like(nick) ?? newOccupant(service, room, jid, nick, room.entryRole(jid));
  const shown = presentable(presence ?? el('presence', NS_CLIENT));
  room.occupants.addSession(occupant, { jid, presence: shown });
}

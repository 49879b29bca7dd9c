/** Who is shown whose presence: arrivals, changes, departures (XEP-0045 sections 7.2 and 17.3). */
import type { Jid } from '../../jid/jid.ts';
import type { Element } from '../../xml/element.ts';
import {
  absentMember,
  type Circumstances,
  createDrawing,
  type Draw,
  presenceOf,
  type Shown,
  type Viewer,
} from './drawing.ts';
import type { Occupant, OccupantSession } from './occupants.ts';
import type { Room } from './room.ts';
import type { RoomService } from './service.ts';
import type { Status } from './status-codes.ts';

/** Shows an occupant's presence as it is now to everybody who may see it. */
export function announce(service: RoomService, room: Room, occupant: Occupant, what: Circumstances = {}): void {
  const shown: Shown = {
    ...what,
    base: occupant.foremost?.presence,
    isGone: false,
    sessions: [...occupant.sessions.values()],
  };
  const draw = createDrawing(room, occupant, shown);
  if (room.isShown(occupant.role)) tellOthers(service, room, occupant, draw, 'available');
  for (const session of occupant.sessions.values()) {
    const isPlain = what.newcomer !== undefined && session !== what.newcomer;
    tell(
      service,
      occupant,
      session,
      isPlain ? presenceOf(room, occupant, 'self', [], session) : draw('self', session),
      'available',
    );
  }
}

/** Shows an occupant as gone, first to the sessions that are leaving, then to the rest of the room. */
export function announceGone(
  service: RoomService,
  room: Room,
  occupant: Occupant,
  leaving: readonly OccupantSession[],
  what: Circumstances & { readonly base?: Element | undefined; readonly isSilent?: boolean },
): void {
  const draw = createDrawing(room, occupant, { ...what, base: what.base, isGone: true, sessions: leaving });
  for (const session of leaving) tell(service, occupant, session, draw('self', session), 'unavailable');
  if (what.isSilent !== true && occupant.sessions.size === 0 && room.isShown(occupant.role)) {
    tellOthers(service, room, occupant, draw, 'unavailable');
  }
}

/** When an occupant's role changes, others may begin or cease to see it (muc#roomconfig_presencebroadcast). */
export function announceRole(
  service: RoomService,
  room: Room,
  occupant: Occupant,
  wasShown: boolean,
  what: Circumstances,
): void {
  announce(service, room, occupant, what);
  if (!wasShown || room.isShown(occupant.role)) return;
  const draw = createDrawing(room, occupant, { ...what, base: undefined, isGone: true, sessions: [] });
  tellOthers(service, room, occupant, draw, 'unavailable');
}

/** Sends one session what it may see of everybody else (section 7.2.2). */
export function showRoom(service: RoomService, room: Room, viewer: Occupant, to: Jid): void {
  const kind: Viewer = room.seesAddresses(viewer) ? 'seeing' : 'blind';
  for (const occupant of room.occupants.all()) {
    if (occupant !== viewer && room.isShown(occupant.role)) {
      service.sendPresence(presenceOf(room, occupant, kind).withAttr('to', to.full), 'available', occupant.address, to);
    }
  }
  if (!room.isShown('none')) return;
  for (const { jid, nick } of room.affiliations.all()) {
    if (nick === undefined || room.occupants.like(nick) !== undefined) continue;
    service.send(absentMember(room, jid, nick, kind === 'seeing', to));
  }
}

/** Sends one session its own presence, after everybody else's. */
export function showSelf(
  service: RoomService,
  room: Room,
  occupant: Occupant,
  session: OccupantSession,
  selfStatuses: readonly Status[],
): void {
  tell(service, occupant, session, presenceOf(room, occupant, 'self', selfStatuses, session), 'available');
}

/** To every session but the occupant's own. One element for each kind of viewer, of which copies differ in `to`. */
function tellOthers(
  service: RoomService,
  room: Room,
  occupant: Occupant,
  draw: Draw,
  type: 'available' | 'unavailable',
): void {
  for (const other of room.occupants.all()) {
    if (other === occupant) continue;
    const viewer = room.seesAddresses(other) ? 'seeing' : 'blind';
    for (const session of other.sessions.values()) tell(service, occupant, session, draw(viewer, session), type);
  }
}

function tell(
  service: RoomService,
  from: Occupant,
  to: OccupantSession,
  element: Element,
  type: 'available' | 'unavailable',
): void {
  service.sendPresence(element.withAttr('to', to.jid.full), type, from.address, to.jid);
}

/** Leaving a room, by one's own will or another's (XEP-0045 sections 7.14, 8.2, 9.1 and 11). */
import type { Jid } from '../../jid/jid.ts';
import { NS_STANZA_ERROR } from '../../stanza/error.ts';
import { NS_CLIENT, type Presence } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { type Circumstances, presentable } from './drawing.ts';
import { NS_MUC_USER } from './namespaces.ts';
import type { Occupant } from './occupants.ts';
import { announce, announceGone } from './presence.ts';
import type { Room } from './room.ts';
import type { RoomService } from './service.ts';
import { STATUS, statusElement } from './status-codes.ts';

/** Section 7.14. Somebody who is not in the room is not heard (section 17.3). */
export function leave(service: RoomService, room: Room, { from, element }: Presence): void {
  const occupant = room.occupants.ofSession(from);
  if (occupant !== undefined) removeSession(service, room, occupant, from, { base: presentable(element) });
}

/** Section 11.1: a session from which errors come back is not there any more. */
export function leaveByError(service: RoomService, room: Room, from: Jid, stanza: Element): void {
  const occupant = room.occupants.ofSession(from);
  if (occupant === undefined) return;
  const base = el('presence', NS_CLIENT, undefined, el('status', NS_CLIENT, undefined, describe(stanza)));
  removeSession(service, room, occupant, from, { base, statuses: [STATUS.technicalProblem] });
}

/** Removes an occupant with all sessions, telling it and everybody else why. */
export function removeOccupant(
  service: RoomService,
  room: Room,
  occupant: Occupant,
  what: Circumstances & { readonly isSilent?: boolean },
): void {
  const leaving = [...occupant.sessions.values()];
  for (const { jid } of leaving) room.occupants.removeSession(occupant, jid);
  announceGone(service, room, occupant, leaving, what);
  closeIfEmpty(service, room);
}

/** Section 7.2.18: presence without a join from somebody who is not in tells of a client that has lost track. */
export function kickStranger(service: RoomService, { from, to }: Presence & { readonly to: Jid }): void {
  service.sendPresence(outsidePresence(from, to), 'unavailable', to, from);
}

/** Tells `user` of not being in a room, with the nickname in `address`. */
export function outsidePresence(user: Jid, address: Jid): Element {
  const item = el('item', NS_MUC_USER, { affiliation: 'none', role: 'none' });
  const statuses = [STATUS.kicked, STATUS.technicalProblem].map(statusElement);
  return el(
    'presence',
    NS_CLIENT,
    { type: 'unavailable', from: address.full, to: user.full },
    el('x', NS_MUC_USER, undefined, statuses, item, statusElement(STATUS.selfPresence)),
  );
}

/** A temporary room ends with its last occupant; one that was never configured with whoever opened it (section 10.1.3). */
export function closeIfEmpty(service: RoomService, room: Room): void {
  if (room.occupants.count > 0 || service.isKept(room) || service.find(room.jid.local) !== room) return;
  service.remove(room).catch(() => undefined); // logged by the writer
}

function removeSession(
  service: RoomService,
  room: Room,
  occupant: Occupant,
  jid: Jid,
  what: Circumstances & { readonly base: Element },
): void {
  const session = occupant.sessions.get(jid.full);
  if (session === undefined) return;
  room.occupants.removeSession(occupant, jid);
  // Section 10.1.3: with the owner of a room that is not open yet, the room goes.
  const isLast = room.isLocked && room.occupants.count === 0;
  announceGone(service, room, occupant, [session], isLast ? { ...what, destroy: el('destroy', NS_MUC_USER) } : what);
  if (occupant.sessions.size > 0) announce(service, room, occupant);
  closeIfEmpty(service, room);
}

/** As the other servers write it, so that clients and people see what they know. */
function describe(stanza: Element): string {
  const error = stanza.child('error');
  const condition = error?.elements.find((child) => child.xmlns === NS_STANZA_ERROR && child.name !== 'text');
  const text = error?.childText('text', NS_STANZA_ERROR);
  const cause = (condition?.name ?? 'undefined-condition').replaceAll('-', ' ');
  return text === undefined || text === '' ? `Kicked: ${cause}` : `Kicked: ${cause}: ${text}`;
}

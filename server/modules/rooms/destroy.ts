/** Destroying a room (XEP-0045 section 10.9). */
import { parseJid } from '../../jid/jid.ts';
import type { StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import { removeOccupant } from './leave.ts';
import { NS_MUC_USER } from './namespaces.ts';
import type { Room } from './room.ts';
import { refusal } from './room-error.ts';
import type { Reply } from './room-request.ts';
import type { RoomService } from './service.ts';

/** What an owner's `<destroy/>` asks for: the venue may be anywhere, but must be an address. */
export function destroyOnRequest(service: RoomService, room: Room, request: Element): Reply | StanzaError {
  if (service.entrusted.has(room.jid.local))
    return refusal('not-allowed', 'This room belongs to a group. Whoever runs the server closes it there.');
  const venue = request.attr('jid');
  const jid = venue === undefined || venue === '' ? undefined : parseJid(venue);
  if (venue && jid === undefined) return refusal('jid-malformed', 'The address of the other room is not valid.');
  const text = (name: string) => {
    const value = request.childText(name);
    return value === undefined || value === '' ? undefined : el(name, NS_MUC_USER, undefined, value);
  };
  return {
    written: destroy(service, room, el('destroy', NS_MUC_USER, { jid: jid?.full }, text('reason'), text('password'))),
  };
}

/** Everybody is told once, by the own presence. Resolves when the room is gone from the disk. */
export function destroy(service: RoomService, room: Room, notice: Element): Promise<void> {
  const removed = service.remove(room);
  for (const occupant of [...room.occupants.all()]) {
    removeOccupant(service, room, occupant, { destroy: notice, isSilent: true });
  }
  return removed;
}

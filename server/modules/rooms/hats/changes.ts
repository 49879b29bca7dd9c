/** XEP-0317: making and assigning hats, and what the room sees of it. */
import type { Jid } from '../../../jid/jid.ts';
import type { StanzaError } from '../../../stanza/error.ts';
import { el } from '../../../xml/element.ts';
import { tellAll } from '../messages.ts';
import { NS_MUC_USER } from '../namespaces.ts';
import { announce } from '../presence.ts';
import type { Room } from '../room.ts';
import { refusal } from '../room-error.ts';
import type { Done } from '../room-request.ts';
import type { RoomService } from '../service.ts';
import { STATUS, statusElement } from '../status-codes.ts';
import type { Hat } from './hats.ts';

/** Every presence of somebody carries all hats: so few that it stays small. */
const MAX_WORN = 10;

/** Makes a hat, or changes the one with its URI for all who wear it. */
export function defineHat(service: RoomService, room: Room, hat: Hat): Done | StanzaError {
  const isNew = room.hats.get(hat.uri) === undefined;
  if (isNew && room.hats.count >= service.host.config.maxHats)
    return refusal('resource-constraint', `A room may have at most ${service.host.config.maxHats} hats here.`);
  room.hats.set(hat);
  const written = service.hats.write(room.jid.local, hat);
  return {
    written,
    tell: () => {
      showWearers(service, room, room.hats.wearers(hat.uri));
      tellList(service, room);
    },
  };
}

export function destroyHat(service: RoomService, room: Room, hat: Hat): Done {
  const wearers = room.hats.wearers(hat.uri);
  room.hats.remove(hat.uri);
  const written = service.hats.remove(room.jid.local, hat.uri);
  return {
    written,
    tell: () => {
      showWearers(service, room, wearers);
      tellList(service, room);
    },
  };
}

/** `user` need not be in the room, nor have any affiliation with it. */
export function assignHat(service: RoomService, room: Room, user: Jid, hat: Hat): Done | StanzaError {
  const worn = room.hats.wornBy(user.bare);
  if (worn.includes(hat)) return { written: Promise.resolve() };
  if (worn.length >= MAX_WORN) return refusal('resource-constraint', `Nobody can wear more than ${MAX_WORN} hats.`);
  if (worn.length === 0 && room.hats.wearerCount >= service.host.config.maxAffiliations)
    return refusal('resource-constraint', 'Too many people wear hats in this room.');
  room.hats.assign(user.bare, hat.uri);
  const written = service.hats.assign(room.jid.local, user.bare, hat.uri);
  return { written, tell: () => showWearers(service, room, [user.bare]) };
}

export function unassignHat(service: RoomService, room: Room, user: Jid, hat: Hat): Done | StanzaError {
  if (!room.hats.unassign(user.bare, hat.uri)) return refusal('item-not-found', 'This person does not wear this hat.');
  const written = service.hats.unassign(room.jid.local, user.bare, hat.uri);
  return { written, tell: () => showWearers(service, room, [user.bare]) };
}

/** The presence of everybody concerned, with the hats as they are now. */
function showWearers(service: RoomService, room: Room, jids: readonly string[]): void {
  for (const jid of jids) {
    for (const occupant of room.occupants.ofUser(jid)) announce(service, room, occupant);
  }
}

/** Section 4.2: the list of hats is something that is configured. */
function tellList(service: RoomService, room: Room): void {
  tellAll(service, room, el('x', NS_MUC_USER, undefined, statusElement(STATUS.configurationChanged)));
}

/** Messages to everybody in a room, and its subject (XEP-0045 sections 7.4 and 8.1). */
import { type Jid, parseJid } from '../../jid/jid.ts';
import { delayElement, NS_DELAY } from '../../stanza/delay.ts';
import type { StanzaError } from '../../stanza/error.ts';
import { type Message, NS_CLIENT } from '../../stanza/stanza.ts';
import { createElement, type Element, el, type Node } from '../../xml/element.ts';
import { tellAbsentees } from './absentees.ts';
import { countsAsActivity } from './activity.ts';
import { authorElement } from './authorship.ts';
import {
  NS_MESSAGE_MODERATE,
  NS_MESSAGE_RETRACT,
  NS_MUC,
  NS_MUC_USER,
  NS_OCCUPANT_ID,
  NS_STANZA_ID,
} from './namespaces.ts';
import { occupantIdElement } from './occupant-ids.ts';
import type { Occupant } from './occupants.ts';
import { isRoleAtLeast } from './privileges.ts';
import { belongsToRecord, isSubjectChange } from './recording.ts';
import { carryOut, retractionRefusal } from './retraction.ts';
import type { Room } from './room.ts';
import { outsider, refusal } from './room-error.ts';
import type { RoomService } from './service.ts';
import { slowModeRefusal } from './slow-mode.ts';

/** Reflects a message to everybody, the sender included; the refusal, if it may not be. */
export function reflect(service: RoomService, room: Room, { from, element }: Message): StanzaError | undefined {
  const occupant = room.occupants.ofSession(from);
  if (occupant === undefined)
    return room.isLocked
      ? refusal('item-not-found', 'This room is not open yet.')
      : outsider('Only those who are in the room may speak here.');
  const isSubject = isSubjectChange(element);
  const refused = isSubject
    ? subjectRefusal(service, room, occupant, element)
    : isRoleAtLeast(occupant.role, 'participant')
      ? undefined
      : refusal('forbidden', 'You have no voice in this room.');
  if (refused !== undefined) return refused;
  const wrong = retractionRefusal(room, occupant, element);
  if (wrong !== undefined) return wrong;
  const early = slowModeRefusal(room, from, element, service.host.clock);
  if (early !== undefined) return early;

  const atMs = service.now;
  if (countsAsActivity(element)) room.activity.count(atMs);
  // XEP-0313 section 3.4: clients go on from the last id they have, so only what can be found there has one.
  const stanzaId = belongsToRecord(element) ? service.archive.newId() : undefined;
  const message = reflected(service, room, occupant, element, stanzaId);
  broadcast(service, room, message, occupant.address);
  if (isSubject) keepSubject(service, room, message);
  if (stanzaId === undefined) return undefined;
  const isRetraction = carryOut(room.record, message, atMs);
  const archived = message.plus(authorElement(room, occupant, from));
  room.record.keep(occupant.address, { id: stanzaId, atMs, element: archived });
  if (!isRetraction) tellAbsentees(service, room, occupant, message);
  return undefined;
}

/** Sends one element to every session; copies differ in their root tag only. */
export function broadcast(service: RoomService, room: Room, message: Element, from: Jid): void {
  for (const occupant of room.occupants.all()) {
    for (const { jid } of occupant.sessions.values()) {
      service.sendMessage(message.withAttr('to', jid.full), 'groupchat', from, jid);
    }
  }
}

/** A message of the room itself. */
export function tellAll(service: RoomService, room: Room, ...content: readonly Element[]): void {
  const message = el('message', NS_CLIENT, { type: 'groupchat', id: service.newId(), from: room.jid.bare }, content);
  broadcast(service, room, message, room.jid);
}

/** Whether a child is one that only the room may write, or speaks in its name. */
export function isForged(child: Element, room: Jid): boolean {
  switch (child.xmlns) {
    case NS_MUC:
    case NS_MUC_USER:
    case NS_OCCUPANT_ID:
    case NS_MESSAGE_MODERATE:
      return true;
    case NS_MESSAGE_RETRACT: // a tombstone is the archive's
      return child.name === 'retracted';
    case NS_STANZA_ID: // XEP-0359 section 3: another's ids are passed on, origin-ids as well
      return child.name === 'stanza-id' && isAddressOf(room, child.attr('by'));
    case NS_DELAY:
      return isAddressOf(room, child.attr('from'));
    default:
      return false;
  }
}

/** An address has many spellings; whoever reads it may prepare it first. */
function isAddressOf(room: Jid, address: string | undefined): boolean {
  return address === room.bare || (address !== undefined && parseJid(address)?.bare === room.bare);
}

/**
 * The message as everybody gets it: under the occupant's address, with the client's own id (section 7.4), an id of the
 * room's if it is kept (XEP-0359) and the occupant's (XEP-0421).
 */
function reflected(
  service: RoomService,
  room: Room,
  occupant: Occupant,
  element: Element,
  stanzaId: string | undefined,
): Element {
  const children: Node[] = [];
  for (const child of element.children) {
    if (typeof child === 'string' || !isForged(child, room.jid)) children.push(child);
  }
  if (stanzaId !== undefined) children.push(stanzaIdElement(room, stanzaId));
  children.push(occupantIdElement(occupant.id));
  const id = element.attr('id') ?? stanzaId ?? service.newId();
  const attributes = ['type', 'groupchat', 'id', id, 'from', occupant.address.full];
  const lang = element.attr('xml:lang');
  if (lang !== undefined) attributes.push('xml:lang', lang);
  return createElement('message', NS_CLIENT, attributes, children);
}

/** XEP-0359. */
export function stanzaIdElement(room: Room, id: string): Element {
  return el('stanza-id', NS_STANZA_ID, { by: room.jid.bare, id });
}

function subjectRefusal(
  service: RoomService,
  room: Room,
  { role }: Occupant,
  element: Element,
): StanzaError | undefined {
  const minimum = room.configuration.canOccupantsChangeSubject ? 'participant' : 'moderator';
  if (!isRoleAtLeast(role, minimum)) return refusal('forbidden', 'You may not change the subject of this room.');
  const { maxSubjectLength } = service.host.config;
  if ((element.childText('subject') ?? '').length > maxSubjectLength)
    return refusal('policy-violation', `A subject may have at most ${maxSubjectLength} characters.`);
  return undefined;
}

/** Section 7.2.15: whoever enters later gets it with the time of the change. */
function keepSubject(service: RoomService, room: Room, message: Element): void {
  const atMs = service.now;
  room.subject = { element: message.plus(delayElement(room.jid.bare, atMs)), atMs };
  if (service.isKept(room)) void service.store.writeRoom(room);
}

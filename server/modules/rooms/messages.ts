/** Messages to everybody in a room, and its subject (XEP-0045 sections 7.4 and 8.1). */
import type { Jid } from '../../jid/jid.ts';
import { delayElement, NS_DELAY } from '../../stanza/delay.ts';
import type { StanzaError } from '../../stanza/error.ts';
import { type Message, NS_CLIENT } from '../../stanza/stanza.ts';
import { createElement, type Element, el, type Node } from '../../xml/element.ts';
import { asHistory, belongsToHistory } from './history.ts';
import { NS_MUC, NS_MUC_USER, NS_OCCUPANT_ID, NS_STANZA_ID } from './namespaces.ts';
import { occupantIdElement } from './occupant-ids.ts';
import type { Occupant } from './occupants.ts';
import { isRoleAtLeast } from './privileges.ts';
import type { Room } from './room.ts';
import { outsider, refusal } from './room-error.ts';
import type { RoomService } from './service.ts';

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

  const message = reflected(element, room, occupant, service.newId());
  broadcast(service, room, message, occupant.address);
  if (isSubject) keepSubject(service, room, message);
  else if (belongsToHistory(element)) keep(service, room, occupant, message);
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
      return true;
    case NS_STANZA_ID: // XEP-0359 section 3: another's ids are passed on, origin-ids as well
      return child.name === 'stanza-id' && child.attr('by') === room.bare;
    case NS_DELAY:
      return child.attr('from') === room.bare;
    default:
      return false;
  }
}

/**
 * The message as everybody gets it: under the occupant's address, with the client's own id (section 7.4), an id of the
 * room's (XEP-0359) and the occupant's (XEP-0421).
 */
function reflected(element: Element, room: Room, occupant: Occupant, stanzaId: string): Element {
  const children: Node[] = [];
  for (const child of element.children) {
    if (typeof child === 'string' || !isForged(child, room.jid)) children.push(child);
  }
  children.push(el('stanza-id', NS_STANZA_ID, { by: room.jid.bare, id: stanzaId }), occupantIdElement(occupant.id));
  const attributes = ['type', 'groupchat', 'id', element.attr('id') ?? stanzaId, 'from', occupant.address.full];
  const lang = element.attr('xml:lang');
  if (lang !== undefined) attributes.push('xml:lang', lang);
  return createElement('message', NS_CLIENT, attributes, children);
}

function keep(service: RoomService, room: Room, occupant: Occupant, message: Element): void {
  const limit = room.configuration.historyLength;
  if (limit === 0) return;
  const now = service.now;
  const kept = asHistory(message, room.jid, now, room.affiliationOf(occupant.user) === 'owner');
  const entry = service.historyOf(room).add(kept, now, limit);
  if (service.isKept(room)) service.store.writeMessage(room, entry);
}

/** Section 8.1: a subject, and neither body nor thread. */
function isSubjectChange(element: Element): boolean {
  return (
    element.child('subject') !== undefined &&
    element.child('body') === undefined &&
    element.child('thread') === undefined
  );
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

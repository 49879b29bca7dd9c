/** XEP-0486: MUC Avatars. The vCard of a room, with its picture: owners set it, everybody reads it. */
import { createHash } from 'node:crypto';
import { StanzaError } from '../../../stanza/error.ts';
import { NS_CLIENT } from '../../../stanza/stanza.ts';
import { type Element, el } from '../../../xml/element.ts';
import { tellAll } from '../messages.ts';
import { NS_MUC_USER, NS_VCARD, NS_VCARD_UPDATE } from '../namespaces.ts';
import type { Room } from '../room.ts';
import { refusal } from '../room-error.ts';
import type { Reply, RoomRequest } from '../room-request.ts';
import type { RoomService } from '../service.ts';
import { STATUS, statusElement } from '../status-codes.ts';

/** Of one picture in several formats (section 4.1). */
const MAX_PHOTOS = 10;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** What is known of a room's card without reading it. */
export interface RoomCard {
  /** SHA-1 of each picture in hexadecimal digits (XEP-0153 section 3.1). */
  readonly hashes: readonly string[];
  /** The card itself until it is on disk. */
  unwritten: Element | undefined;
}

/** Whoever knows the room may see what it looks like, also before entering; a room that is not open yet looks like none. */
export function getCard({ service, room, affiliation }: RoomRequest): Element | StanzaError {
  if (room.isLocked && affiliation !== 'owner') return refusal('item-not-found');
  const card = room.card && (room.card.unwritten ?? service.cards.read(room.jid.local));
  return card ?? refusal('item-not-found', 'This room has no vCard.');
}

/** Section 3.2. An empty card takes the former one away. */
export function setCard({ service, room, affiliation, payload }: RoomRequest): Reply {
  if (affiliation !== 'owner') return refusal('forbidden', 'Only owners of the room may change its picture.');
  const { maxCardBytes } = service.host.config;
  if (Buffer.byteLength(payload.toXml()) > maxCardBytes)
    return refusal('policy-violation', `The vCard of a room may have at most ${maxCardBytes} bytes here.`);
  const hashes = hashesOf(payload);
  if (hashes instanceof StanzaError) return hashes;
  const hadPicture = shownHash(room) !== undefined;
  const written = payload.elements.length === 0 ? removeCard(service, room) : writeCard(service, room, hashes, payload);
  return {
    written,
    tell: () => {
      if (hadPicture || hashes.length > 0) tellHash(service, room);
      tellAll(service, room, el('x', NS_MUC_USER, undefined, statusElement(STATUS.configurationChanged)));
    },
  };
}

/** The hash by which clients of XEP-0153 know the picture: of its first format. */
function shownHash(room: Room): string | undefined {
  return room.card?.hashes[0];
}

/** Section 4.2: what clients that know no avatars of rooms but those of contacts expect. */
export function presenceOfRoom(room: Room): Element {
  const photo = el('photo', NS_VCARD_UPDATE, undefined, shownHash(room));
  return el('presence', NS_CLIENT, { from: room.jid.bare }, el('x', NS_VCARD_UPDATE, undefined, photo));
}

/** Whether there is a picture to speak of to somebody who enters. */
export function hasPicture(room: Room): boolean {
  return shownHash(room) !== undefined;
}

function tellHash(service: RoomService, room: Room): void {
  const presence = presenceOfRoom(room);
  for (const occupant of room.occupants.all()) {
    for (const { jid } of occupant.sessions.values())
      service.sendPresence(presence.withAttr('to', jid.full), 'available', room.jid, jid);
  }
}

function writeCard(service: RoomService, room: Room, hashes: readonly string[], element: Element): Promise<void> {
  const card: RoomCard = { hashes, unwritten: element };
  room.card = card;
  return service.cards.write(room.jid.local, hashes, element).then(() => {
    card.unwritten = undefined;
  });
}

function removeCard(service: RoomService, room: Room): Promise<void> {
  room.card = undefined;
  return service.cards.remove(room.jid.local);
}

/** A picture that lies elsewhere has no hash. */
function hashesOf(card: Element): readonly string[] | StanzaError {
  const hashes: string[] = [];
  for (const photo of card.elements) {
    if (!photo.is('PHOTO', NS_VCARD)) continue;
    const text = photo.childText('BINVAL')?.replace(/\s+/g, '');
    if (text === undefined || text === '') continue;
    if (!BASE64.test(text)) return refusal('bad-request', 'The picture is not written in base64.');
    hashes.push(createHash('sha1').update(Buffer.from(text, 'base64')).digest('hex'));
    if (hashes.length > MAX_PHOTOS) return refusal('policy-violation', 'These are too many pictures.');
  }
  return hashes;
}

/** What the service and its rooms tell about themselves (XEP-0045 sections 6 and 16). */
import type { Jid } from '../../jid/jid.ts';
import { discoInfoElement } from '../../modulehost/disco-info.ts';
import type { StanzaError } from '../../stanza/error.ts';
import type { Field, Form } from '../../stanza/form.ts';
import { type Element, el } from '../../xml/element.ts';
import { ACTIVITY_FIELD } from './activity.ts';
import { hatCommandInfo, hatCommandItems } from './hats/commands.ts';
import {
  NS_AFFILIATION_VERSIONS,
  NS_COMMANDS,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_HATS,
  NS_MESSAGE_MODERATE,
  NS_MESSAGE_RETRACT,
  NS_MUC,
  NS_MUC_INFO,
  NS_MUC_REQUEST,
  NS_OCCUPANT_ID,
  NS_PING,
  NS_REGISTER,
  NS_SEARCH,
  NS_STANZA_ID,
  NS_VCARD,
  NS_VERSION,
} from './namespaces.ts';
import { isAtLeast } from './privileges.ts';
import { OFFLINE_FEATURE } from './registration.ts';
import type { Room } from './room.ts';
import { refusal } from './room-error.ts';
import type { RoomRequest } from './room-request.ts';
import type { RoomService } from './service.ts';

/** Section 7.12: whoever asks learns the own reserved nickname. */
const NODE_NICK = 'x-roomuser-item';

/** XEP-0421 section 4: on the service too, since no room is without. */
const SERVICE_FEATURES = [
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_MUC,
  `${NS_MUC}#stable_id`,
  NS_OCCUPANT_ID,
  NS_PING,
  NS_SEARCH,
  NS_VCARD,
  NS_VERSION,
];
const ROOM_FEATURES = [
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_MUC,
  NS_MUC_REQUEST,
  `${NS_MUC}#stable_id`,
  `${NS_MUC}#self-ping-optimization`,
  NS_REGISTER,
  NS_STANZA_ID,
  NS_OCCUPANT_ID,
  NS_PING,
  NS_VCARD,
  NS_HATS,
  NS_COMMANDS,
  NS_AFFILIATION_VERSIONS,
  NS_MESSAGE_RETRACT,
  `${NS_MESSAGE_RETRACT}#tombstone`,
  NS_MESSAGE_MODERATE,
  OFFLINE_FEATURE,
];

export function serviceInfo(query: Element): Element | StanzaError {
  if (query.attr('node')) return refusal('item-not-found');
  return infoElement(query, 'Rooms', SERVICE_FEATURES);
}

/** Section 6.3: the rooms that are no secret. */
export function serviceItems(service: RoomService, query: Element): Element | StanzaError {
  if (query.attr('node')) return refusal('item-not-found');
  const items = [...service.rooms]
    .filter(({ configuration, isLocked }) => configuration.isPublic && !isLocked)
    .map(({ jid, configuration }) =>
      el('item', NS_DISCO_ITEMS, { jid: jid.bare, name: configuration.name || jid.local }),
    );
  return el('query', NS_DISCO_ITEMS, undefined, items);
}

/** Section 6.4. Whoever knows the address may know what to expect; a room that is not open yet is nobody's business. */
export function roomInfo(request: RoomRequest): Element | StanzaError {
  const { service, room, payload, iq, affiliation } = request;
  if (room.isLocked && affiliation !== 'owner') return refusal('item-not-found');
  const node = payload.attr('node');
  if (node === NODE_NICK) return reservedNick(room, payload, iq.from);
  if (node) return hatCommandInfo(request, node) ?? refusal('item-not-found');
  const { configuration } = room;
  const features = [
    ...ROOM_FEATURES,
    ...(service.isArchived(room) ? service.archive.features : []),
    configuration.isPersistent ? 'muc_persistent' : 'muc_temporary',
    configuration.isPublic ? 'muc_public' : 'muc_hidden',
    configuration.isMembersOnly ? 'muc_membersonly' : 'muc_open',
    configuration.isModerated ? 'muc_moderated' : 'muc_unmoderated',
    configuration.password === '' ? 'muc_unsecured' : 'muc_passwordprotected',
    configuration.whois === 'anyone' ? 'muc_nonanonymous' : 'muc_semianonymous',
  ];
  const form: Form = { type: 'result', formType: NS_MUC_INFO, fields: infoFields(request) };
  return infoElement(payload, configuration.name || room.jid.local, features, form);
}

/** Section 6.5: who is there is known to those who are there. */
export function roomItems(request: RoomRequest): Element | StanzaError {
  const { room, payload, occupant, affiliation } = request;
  if (room.isLocked && affiliation !== 'owner') return refusal('item-not-found');
  const node = payload.attr('node');
  if (node) return hatCommandItems(request, node) ?? refusal('item-not-found');
  const shown = occupant === undefined ? [] : [...room.occupants.all()].filter(({ role }) => room.isShown(role));
  return el(
    'query',
    NS_DISCO_ITEMS,
    undefined,
    shown.map(({ address, nick }) => el('item', NS_DISCO_ITEMS, { jid: address.full, name: nick })),
  );
}

/** Section 11.1.5.4. SECURITY (section 14.4): the subject only where anybody could enter and read it. */
function infoFields({ service, room, affiliation }: RoomRequest): readonly Field[] {
  const { configuration } = room;
  const isOpen = configuration.isPublic && !configuration.isMembersOnly && configuration.password === '';
  const maySeeSubject = affiliation !== 'outcast' && (isOpen || isAtLeast(affiliation, 'member'));
  const contacts = configuration.whois === 'anyone' ? room.affiliations.list('owner').map(({ jid }) => jid) : [];
  const fields: (Field | undefined)[] = [
    field('muc#roominfo_description', 'Description', configuration.description),
    configuration.lang === '' ? undefined : field('muc#roominfo_lang', 'Language', configuration.lang),
    field('muc#roominfo_occupants', 'People in the room', String(room.occupants.count)),
    maySeeSubject
      ? field('muc#roominfo_subject', 'Subject', room.subject?.element.childText('subject') ?? '')
      : undefined,
    field('muc#roominfo_subjectmod', 'May the subject be changed?', flag(configuration.canOccupantsChangeSubject)),
    contacts.length === 0
      ? undefined
      : { name: 'muc#roominfo_contactjid', type: 'jid-multi', label: 'Contacts', values: contacts },
    field('muc#maxhistoryfetch', 'Messages shown to whoever enters', String(configuration.historyLength)),
    field('muc#roomconfig_roomname', 'Name', configuration.name),
    field('muc#roomconfig_changesubject', 'May the subject be changed?', flag(configuration.canOccupantsChangeSubject)),
    configuration.pubsub === '' ? undefined : field('muc#roomconfig_pubsub', 'Pubsub node', configuration.pubsub),
    field('muc#roominfo_slow_mode_duration', 'Seconds between messages', String(configuration.slowModeSeconds)),
    ...extraFields(room, service.now),
  ];
  return fields.filter((each) => each !== undefined);
}

/** What there is to tell only about some rooms. */
function extraFields(room: Room, nowMs: number): readonly (Field | undefined)[] {
  const { isPersistent, isPublic, isMembersOnly, password } = room.configuration;
  const hashes = room.card?.hashes ?? [];
  // XEP-0502, privacy considerations: only where everybody may go and see.
  const isOpen = isPersistent && isPublic && !isMembersOnly && password === '';
  const perHour = isOpen ? room.activity.perHour(nowMs) : undefined;
  return [
    // XEP-0486 section 4.1: one hash for each format of the picture.
    hashes.length === 0
      ? undefined
      : { name: 'muc#roominfo_avatarhash', type: 'text-multi', label: 'Avatar hash', values: hashes },
    room.hats.isEmpty ? undefined : field('hats#hash', 'Hats hash', room.hats.hash()),
    perHour === undefined ? undefined : field(ACTIVITY_FIELD, 'Messages per hour', perHour.toFixed(2)),
  ];
}

function field(name: string, label: string, value: string): Field {
  return { name, type: 'text-single', label, values: [value] };
}

function flag(value: boolean): string {
  return value ? '1' : '0';
}

/** Section 7.12. Empty when there is none. */
function reservedNick(room: Room, query: Element, user: Jid): Element {
  const nick = room.affiliations.reservedNick(user);
  const identity = nick && el('identity', NS_DISCO_INFO, { category: 'conference', type: 'text', name: nick });
  return el('query', NS_DISCO_INFO, { node: query.attr('node') }, identity || undefined);
}

function infoElement(query: Element, name: string, features: readonly string[], form?: Form): Element {
  return discoInfoElement(query.attr('node') || undefined, {
    identities: [{ category: 'conference', type: 'text', name }],
    // The archive announces what rooms without one have, too.
    features: [...new Set(features)],
    ...(form && { forms: [form] }),
  });
}

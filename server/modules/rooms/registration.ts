/** Registering with a room: membership and a reserved nickname (XEP-0045 sections 7.10, 7.12 and 9.9). */
import { bareJid, type Jid, parseJid } from '../../jid/jid.ts';
import { prepareResourcepart } from '../../jid/precis.ts';
import type { StanzaError } from '../../stanza/error.ts';
import { type Form, formElement, isTrue, NS_FORM, readSubmittedForm } from '../../stanza/form.ts';
import { type Message, NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { changeAffiliations, listRefusal, reservationRefusal } from './affiliation-changes.ts';
import { NS_MUC_REGISTER, NS_REGISTER } from './namespaces.ts';
import { isAtLeast } from './privileges.ts';
import type { Room } from './room.ts';
import { refusal } from './room-error.ts';
import type { Reply, RoomRequest } from './room-request.ts';
import type { RoomService } from './service.ts';

const NICK_FIELD = 'muc#register_roomnick';
const ALLOW_FIELD = 'muc#register_allow';
/** COMPAT(Siskin, Beagle): their switch for being notified of everything that is said while they are away. */
const OFFLINE_FIELD = '{http://tigase.org/protocol/muc}offline';
export const OFFLINE_FEATURE = 'http://tigase.org/protocol/muc#offline';
/** Of people who wait for an admin of one room. */
const MAX_APPLICATIONS = 100;

export function getRegistration(request: RoomRequest): Element | StanzaError {
  const { room, iq } = request;
  const refused = registrationRefusal(request);
  if (refused !== undefined) return refused;
  const nick = room.affiliations.reservedNick(iq.from);
  if (nick !== undefined)
    return el(
      'query',
      NS_REGISTER,
      undefined,
      el('registered', NS_REGISTER),
      el('username', NS_REGISTER, undefined, nick),
      formElement(registrationForm(nick, room.wishes.get(bareJid(iq.from).bare))),
    );
  return el('query', NS_REGISTER, undefined, formElement(registrationForm(undefined, undefined)));
}

export function setRegistration(request: RoomRequest): Reply {
  const { service, room, iq, payload, affiliation } = request;
  const user = bareJid(iq.from);
  if (payload.child('remove') !== undefined) return unregister(request, user);
  const refused = registrationRefusal(request);
  if (refused !== undefined) return refused;
  const values = readSubmittedForm(payload.child('x', NS_FORM));
  const wished = values?.get(NICK_FIELD)?.[0]?.trim() ?? '';
  if (values?.get('FORM_TYPE')?.[0] !== NS_MUC_REGISTER || wished === '')
    return refusal('bad-request', 'The form to register with a room asks for a nickname.');
  const nick = prepareResourcepart(wished);
  if (nick === undefined) return refusal('jid-malformed', 'This nickname is not valid.');
  const wrong = reservationRefusal(service, room, nick, user) ?? inUse(room, nick, user);
  if (wrong !== undefined) return wrong;
  const full = isAtLeast(affiliation, 'member') ? undefined : listRefusal(service, room, 1);
  if (full !== undefined) return full;
  if (isAtLeast(affiliation, 'member') || service.host.config.registration === 'open') {
    const kept = isAtLeast(affiliation, 'member') ? affiliation : 'member';
    const wish = values.get(OFFLINE_FIELD);
    if (wish !== undefined) room.wishes.set(user.bare, isTrue(wish));
    return { written: changeAffiliations(service, room, [{ jid: user, affiliation: kept, nick }]) };
  }
  return apply(service, room, user, nick);
}

/** An admin's answer to an application (section 9.9). */
export function approveRegistration(
  service: RoomService,
  room: Room,
  message: Message,
  values: ReadonlyMap<string, readonly string[]>,
): StanzaError | undefined {
  if (!isAtLeast(room.affiliationOf(message.from), 'admin'))
    return refusal('forbidden', 'Only admins of the room may approve this.');
  const nick = values.get(NICK_FIELD)?.[0];
  const found = [...room.applications].find(([, wished]) => wished === nick);
  const jid = parseJid(found?.[0] ?? '');
  if (nick === undefined || jid === undefined) return refusal('item-not-found', 'Nobody is waiting for this.');
  room.applications.delete(jid.bare);
  if (!isTrue(values.get(ALLOW_FIELD)) || room.affiliationOf(jid) !== 'none') return undefined;
  const wrong = reservationRefusal(service, room, nick, jid) ?? listRefusal(service, room, 1);
  if (wrong !== undefined) return wrong;
  const sender = room.occupants.ofSession(message.from);
  const actor = { jid: message.from, nick: sender?.nick };
  void changeAffiliations(service, room, [{ jid, affiliation: 'member', nick }], actor);
  return undefined;
}

function registrationForm(nick: string | undefined, wish: boolean | undefined): Form {
  return {
    type: 'form',
    formType: NS_MUC_REGISTER,
    fields: [
      {
        name: NICK_FIELD,
        type: 'text-single',
        label: 'Nickname',
        isRequired: true,
        ...(nick !== undefined && { values: [nick] }),
      },
      {
        name: OFFLINE_FIELD,
        type: 'boolean',
        label: 'Tell me of everything that is said while I am away',
        ...(wish !== undefined && { values: [wish ? '1' : '0'] }),
      },
    ],
  };
}

function registrationRefusal({ service, room, affiliation }: RoomRequest): StanzaError | undefined {
  if (affiliation === 'outcast') return refusal('forbidden', 'You are banned from this room.');
  if (isAtLeast(affiliation, 'member')) return undefined;
  const { registration } = service.host.config;
  const mayAsk = registration === 'approval' || (registration === 'open' && !room.configuration.isMembersOnly);
  return mayAsk ? undefined : refusal('not-allowed', 'Only admins of this room add members.');
}

/** Members who take their registration back are none any more; admins and owners only lose the nickname. */
function unregister({ service, room, affiliation }: RoomRequest, user: Jid): Reply {
  room.applications.delete(user.bare);
  if (affiliation === 'outcast') return refusal('forbidden', 'You are banned from this room.');
  const known = room.affiliations.get(user.bare);
  if (known === undefined) return refusal('item-not-found', 'You are not registered with this room.');
  const kept = isAtLeast(known.affiliation, 'admin') ? known.affiliation : 'none';
  return { written: changeAffiliations(service, room, [{ jid: user, affiliation: kept, nick: '' }]) };
}

function inUse(room: Room, nick: string, user: Jid): StanzaError | undefined {
  const holder = room.occupants.like(nick);
  return holder === undefined || holder.user.bare === user.bare
    ? undefined
    : refusal('conflict', 'This nickname is in use.');
}

/** Asks the admins who are here; the result only says that the request was received. */
function apply(service: RoomService, room: Room, user: Jid, nick: string): StanzaError | undefined {
  if (room.applications.size >= MAX_APPLICATIONS && !room.applications.has(user.bare))
    return refusal('resource-constraint', 'Too many people are waiting for an answer.');
  for (const [other, wished] of room.applications)
    if (wished === nick && other !== user.bare)
      return refusal('conflict', 'Somebody else has asked for this nickname.');
  room.applications.set(user.bare, nick);
  const form: Form = {
    type: 'form',
    formType: NS_MUC_REGISTER,
    title: 'Request to register',
    instructions: `${user.bare} asks to become a member of this room. To approve, tick the box and send the form.`,
    fields: [
      { name: NICK_FIELD, type: 'text-single', label: 'Nickname', values: [nick] },
      { name: ALLOW_FIELD, type: 'boolean', label: 'Make this person a member?', values: ['0'] },
    ],
  };
  const message = el('message', NS_CLIENT, { id: service.newId(), from: room.jid.bare }, formElement(form));
  for (const occupant of room.occupants.all()) {
    if (!isAtLeast(room.affiliationOf(occupant.user), 'admin')) continue;
    for (const { jid } of occupant.sessions.values())
      service.sendMessage(message.withAttr('to', jid.full), 'normal', room.jid, jid);
  }
  return undefined;
}

/** Entering a room (XEP-0045 sections 7.2 and 10.1.1). */
import { isAtLeast as isAccountRoleAtLeast } from '../../accounts/roles.ts';
import { bareJid, type Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { NS_CLIENT, type Presence } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { hasPicture, presenceOfRoom } from './card/card.ts';
import { isReadByAll } from './configuration.ts';
import { presentable } from './drawing.ts';
import { historyFor, readHistoryRequest } from './history.ts';
import { NS_MUC } from './namespaces.ts';
import { isVisibleNick } from './nickname.ts';
import { Occupant, type OccupantSession } from './occupants.ts';
import { announce, showRoom, showSelf } from './presence.ts';
import { isAtLeast } from './privileges.ts';
import type { Room } from './room.ts';
import { refusal } from './room-error.ts';
import type { RoomService } from './service.ts';
import { STATUS, type Status } from './status-codes.ts';
import { answerVersions } from './versions/version-answer.ts';

export type Join = Presence & { readonly to: Jid };

/** Section 7.2.9: admins and owners still find room when a room is full, this many. */
const SEATS_FOR_ADMINS = 10;

/** Enters the sender, into a new room if there is none. The refusal, if it may not be. */
export function join(service: RoomService, room: Room | undefined, presence: Join): StanzaError | undefined {
  const wrong = nickRefusal(service, presence.to.resource);
  if (wrong !== undefined) return wrong;
  if (room === undefined) return open(service, presence);
  const refused = entryRefusal(service, room, presence);
  if (refused !== undefined) return refused;
  const nick = nickFor(service, room, presence);
  if (typeof nick !== 'string') return nick;
  const occupant =
    room.occupants.like(nick) ?? newOccupant(service, room, presence.from, nick, room.entryRole(presence.from));
  const session = enter(room, occupant, presence);
  welcome(service, room, occupant, session, presence.element, assigned(occupant, presence));
  return undefined;
}

/** A join from somebody who is in already: the client has lost track and is told everything again (section 7.2.1). */
export function resynchronize(service: RoomService, room: Room, occupant: Occupant, presence: Join): void {
  const session = occupant.sessions.get(presence.from.full);
  if (session === undefined) return;
  const updated = presentable(presence.element);
  const hasChanged = updated.withAttr('id', undefined).toXml() !== session.presence.withAttr('id', undefined).toXml();
  session.presence = updated;
  answerVersions(service, room, occupant, session, presence.element);
  showPicture(service, room, session.jid);
  showRoom(service, room, occupant, session.jid);
  showSelf(service, room, occupant, session, warnings(room));
  sendPast(service, room, session.jid, presence.element);
  if (hasChanged) announce(service, room, occupant);
}

/** Why nobody may have this nickname (section 17.1). */
export function nickRefusal(service: RoomService, nick: string): StanzaError | undefined {
  if (nick === '') return refusal('jid-malformed', 'A nickname is needed to enter a room.');
  if (!isVisibleNick(nick)) return refusal('jid-malformed', 'This nickname cannot be seen.');
  const { maxNickLength } = service.host.config;
  if (nick.length > maxNickLength)
    return refusal('not-acceptable', `A nickname may have at most ${maxNickLength} characters.`);
  return undefined;
}

/** Section 7.2.8: in use by somebody else, or reserved for somebody else. */
export function nickConflict(room: Room, nick: string, user: Jid): StanzaError | undefined {
  const holder = room.occupants.like(nick);
  if (holder !== undefined && holder.user.bare !== user.bare) return refusal('conflict', 'This nickname is in use.');
  const reservedFor = room.affiliations.holderOf(nick);
  const isOwn = reservedFor === user.bare || room.affiliations.reservedNick(user) === nick;
  if (reservedFor !== undefined && !isOwn) return refusal('conflict', 'This nickname is reserved for somebody else.');
  return undefined;
}

/** The nickname that this user must have here, when nicknames are locked down (section 7.10). */
export function lockedNick(service: RoomService, room: Room, user: Jid): string | undefined {
  return service.host.config.nicknames === 'registered' ? room.affiliations.reservedNick(user) : undefined;
}

export function newOccupant(
  service: RoomService,
  room: Room,
  user: Jid,
  nick: string,
  role: Occupant['role'],
): Occupant {
  return new Occupant({ room: room.jid, nick, user: bareJid(user), id: service.occupantId(room, user), role });
}

/** Section 10.1.1. */
function open(service: RoomService, presence: Join): StanzaError | undefined {
  if (isUnwanted(service, undefined, presence.from))
    return refusal('forbidden', 'You are on a block list of this server.');
  // SECURITY: or its first owner would be somebody who was quicker than the group.
  if (service.entrusted.has(presence.to.local)) return refusal('not-allowed', 'This room belongs to a group.');
  if (!mayOpen(service, presence.from)) return refusal('not-allowed', 'You may not open rooms here.');
  if (service.count >= service.host.config.maxRooms) return refusal('resource-constraint', 'There are too many rooms.');
  const room = service.create(bareJid(presence.to), presence.from);
  const occupant = newOccupant(service, room, presence.from, presence.to.resource, 'moderator');
  const session = enter(room, occupant, presence);
  welcome(service, room, occupant, session, presence.element, [STATUS.created]);
  return undefined;
}

function mayOpen(service: RoomService, user: Jid): boolean {
  const { creation } = service.host.config;
  if (creation === 'everybody') return true;
  const role = service.host.roleOf(user);
  return role !== undefined && isAccountRoleAtLeast(role, creation === 'admins' ? 'admin' : 'member');
}

/** Somebody on a block list of strangers; whoever is a member here is no stranger. */
export function isUnwanted({ blockLists }: RoomService, room: Room | undefined, user: Jid): boolean {
  if (!blockLists.isListed(user)) return false;
  return room === undefined || !isAtLeast(room.affiliationOf(user), 'member');
}

/** Who may not be in this room at all, whatever he brings with him (sections 7.2.6, 7.2.7 and 10.1.1). */
export function exclusion(service: RoomService, room: Room, user: Jid): StanzaError | undefined {
  const affiliation = room.affiliationOf(user);
  if (room.isLocked && affiliation !== 'owner') return refusal('item-not-found', 'This room is not open yet.');
  if (isUnwanted(service, room, user)) return refusal('forbidden', 'You are on a block list of this server.');
  if (affiliation === 'outcast') return refusal('forbidden', 'You are banned from this room.');
  if (room.configuration.isMembersOnly && !isAtLeast(affiliation, 'member'))
    return refusal('registration-required', 'Only members may enter this room.');
  return undefined;
}

/** Sections 7.2.5 to 7.2.10, but for nicknames. */
function entryRefusal(service: RoomService, room: Room, { from, element }: Join): StanzaError | undefined {
  const excluded = exclusion(service, room, from);
  if (excluded !== undefined) return excluded;
  const { configuration, occupants } = room;
  const { password } = configuration;
  if (password !== '' && element.child('x', NS_MUC)?.childText('password') !== password)
    return refusal('not-authorized', 'This room needs a password.');
  const seats =
    Math.min(configuration.maxOccupants, service.host.config.maxOccupants) +
    (isAtLeast(room.affiliationOf(from), 'admin') ? SEATS_FOR_ADMINS : 0);
  const isInAlready = occupants.ofUser(from.bare).length > 0;
  if (occupants.count >= seats && !isInAlready)
    return new StanzaError('service-unavailable', 'This room is full.', { type: 'wait' });
  return undefined;
}

/** The nickname under which somebody enters: the one wished for, or the one that must be. */
function nickFor(service: RoomService, room: Room, { from, to }: Join): string | StanzaError {
  const nick = lockedNick(service, room, from) ?? to.resource;
  return nickConflict(room, nick, from) ?? nick;
}

function assigned(occupant: Occupant, { to }: Join): readonly Status[] {
  return occupant.nick === to.resource ? [] : [STATUS.nickAssigned];
}

function enter(room: Room, occupant: Occupant, presence: Join): OccupantSession {
  const session = { jid: presence.from, presence: presentable(presence.element) };
  room.occupants.addSession(occupant, session);
  return session;
}

/** Section 7.1, the order of events: the others, oneself, history, subject, and then what happens. */
function welcome(
  service: RoomService,
  room: Room,
  occupant: Occupant,
  session: OccupantSession,
  element: Element,
  statuses: readonly Status[],
): void {
  answerVersions(service, room, occupant, session, element);
  showPicture(service, room, session.jid);
  showRoom(service, room, occupant, session.jid);
  announce(service, room, occupant, { newcomer: session, selfStatuses: [...warnings(room), ...statuses] });
  sendPast(service, room, session.jid, element);
}

function showPicture(service: RoomService, room: Room, to: Jid): void {
  if (!hasPicture(room)) return;
  service.sendPresence(presenceOfRoom(room).withAttr('to', to.full), 'available', room.jid, to);
}

function warnings(room: Room): readonly Status[] {
  return [
    ...(room.configuration.whois === 'anyone' ? [STATUS.nonAnonymous] : []),
    ...(isReadByAll(room.configuration) ? [STATUS.logged] : []),
  ];
}

/** History, then the subject, also an empty one (sections 7.2.13 to 7.2.15). */
function sendPast(service: RoomService, room: Room, to: Jid, element: Element): void {
  const x = element.child('x', NS_MUC);
  if (x !== undefined) {
    const request = readHistoryRequest(x, service.now);
    const addresses = { room: room.jid, addressee: to.full };
    const history = historyFor(room.record, request, room.configuration.historyLength, addresses);
    for (const message of history) service.host.router.send(message);
  }
  const subject =
    room.subject?.element ??
    el('message', NS_CLIENT, { type: 'groupchat', from: room.jid.bare }, el('subject', NS_CLIENT));
  service.host.router.send(subject.withAttr('to', to.full));
}

/** The route of the room service: what comes in, by kind and addressee. */
import type { Route } from '../../router/router.ts';
import type { Session } from '../../session/session.ts';
import { NS_STANZA_ERROR, type StanzaError } from '../../stanza/error.ts';
import { NS_FORM, readSubmittedForm } from '../../stanza/form.ts';
import type { AddressedStanza, Iq, Message } from '../../stanza/stanza.ts';
import { changeNick, changePresence } from './changes.ts';
import { absentMember, presenceOf } from './drawing.ts';
import { decline, invite } from './invitations.ts';
import { isUnwanted, type Join, join, resynchronize } from './join.ts';
import { kickStranger, leave, leaveByError } from './leave.ts';
import { reflect } from './messages.ts';
import { NS_MUC, NS_MUC_REGISTER, NS_MUC_REQUEST, NS_MUC_USER } from './namespaces.ts';
import { returnError, sendPrivately } from './private-messages.ts';
import { approveRegistration } from './registration.ts';
import { relay } from './relay.ts';
import { answerForRoom, answerForService } from './requests.ts';
import type { Room } from './room.ts';
import { outsider, refusal } from './room-error.ts';
import type { RoomService } from './service.ts';
import { handleVoice } from './voice.ts';
import { noteWhereabouts } from './whereabouts.ts';

/** Conditions with which a stanza comes back from somebody who is not there, rather than from a client that objects. */
const GONE: ReadonlySet<string> = new Set([
  'gone',
  'internal-server-error',
  'item-not-found',
  'jid-malformed',
  'not-allowed', // what the router says of other servers' people once federation is off
  'recipient-unavailable',
  'redirect',
  'remote-server-not-found',
  'remote-server-timeout',
  'service-unavailable',
]);

export class RoomsRoute implements Route {
  readonly #service: RoomService;
  /** What came back while something else was being dealt with: no occupant leaves in the middle of a broadcast. */
  readonly #waiting: AddressedStanza[] = [];
  #isBusy = false;

  constructor(service: RoomService) {
    this.#service = service;
  }

  deliver(stanza: AddressedStanza, sender: Session | undefined): void | Promise<void> {
    if (this.#isBusy) {
      this.#waiting.push(stanza);
      return;
    }
    this.#isBusy = true;
    try {
      return this.#take(stanza, sender);
    } finally {
      this.#catchUp();
    }
  }

  #catchUp(): void {
    for (let stanza = this.#waiting.shift(); stanza !== undefined; stanza = this.#waiting.shift()) {
      try {
        void this.#take(stanza, undefined);
      } catch (error) {
        this.#service.host.log.error({ err: error, kind: stanza.kind }, 'a stanza to a room failed');
      }
    }
    this.#isBusy = false;
  }

  #take(stanza: AddressedStanza, sender: Session | undefined): void | Promise<void> {
    const service = this.#service;
    const room = service.find(stanza.to.local);
    switch (stanza.kind) {
      case 'message': {
        const refused = takeMessage(service, room, stanza);
        return refused && service.refuse(stanza, refused, sender);
      }
      case 'presence': {
        const refused = takePresence(service, room, stanza);
        noteWhereabouts(service, stanza.from, stanza.to);
        return refused && service.refuse(stanza, refused, sender);
      }
      case 'iq':
        return takeIq(service, room, stanza, sender);
    }
  }
}

function takePresence(service: RoomService, room: Room | undefined, presence: Join): StanzaError | undefined {
  const { from, to, type } = presence;
  if (to.local === '') return type === 'available' ? refusal('jid-malformed', 'This is no room.') : undefined;
  switch (type) {
    case 'available':
      return takeAvailable(service, room, presence);
    case 'unavailable':
      if (room !== undefined) leave(service, room, presence);
      return undefined;
    case 'error':
      if (room !== undefined) leaveByError(service, room, from, presence.element);
      return undefined;
    case 'probe':
      return answerProbe(service, room, presence);
    case 'subscribe':
      return refusal('service-unavailable', 'Nobody can subscribe to a room.');
    default:
      return undefined;
  }
}

/** Section 7.2.1: with `<x/>` it is a join; without, it tells of somebody who is in. */
function takeAvailable(service: RoomService, room: Room | undefined, presence: Join): StanzaError | undefined {
  const isJoin = presence.element.child('x', NS_MUC) !== undefined;
  const occupant = room?.occupants.ofSession(presence.from);
  if (room === undefined || occupant === undefined) {
    if (isJoin) return join(service, room, presence);
    kickStranger(service, presence);
    return undefined;
  }
  const nick = presence.to.resource;
  if (nick === occupant.nick || nick === '') {
    if (isJoin) resynchronize(service, room, occupant, presence);
    else changePresence(service, room, occupant, presence);
    return undefined;
  }
  const refused = changeNick(service, room, occupant, presence);
  const renamed = room.occupants.ofSession(presence.from);
  if (refused === undefined && isJoin && renamed !== undefined) resynchronize(service, room, renamed, presence);
  return refused;
}

/** Section 17.3: only occupants are told anything. */
function answerProbe(service: RoomService, room: Room | undefined, { from, to }: Join): StanzaError | undefined {
  const viewer = room?.occupants.ofSession(from);
  if (room === undefined || viewer === undefined) return outsider('You are not in this room.');
  const occupant = to.resource === '' ? viewer : room.occupants.get(to.resource);
  const seesAddress = room.seesAddresses(viewer);
  if (occupant !== undefined) {
    const element = presenceOf(room, occupant, occupant === viewer ? 'self' : seesAddress ? 'seeing' : 'blind');
    service.sendPresence(element.withAttr('to', from.full), 'available', occupant.address, from);
    return undefined;
  }
  const holder = room.affiliations.holderOf(to.resource);
  const nick = holder === undefined ? undefined : room.affiliations.get(holder)?.nick;
  if (holder === undefined || nick !== to.resource) return refusal('item-not-found', 'Nobody has this nickname.');
  service.send(absentMember(room, holder, nick, seesAddress, from));
  return undefined;
}

function takeMessage(service: RoomService, room: Room | undefined, message: Message): StanzaError | undefined {
  if (room === undefined) {
    if (message.type === 'error') return undefined;
    return refusal(message.to.local === '' ? 'service-unavailable' : 'item-not-found', 'There is no such room.');
  }
  if (message.type === 'error') {
    takeError(service, room, message);
    return undefined;
  }
  if (isUnwanted(service, room, message.from)) return refusal('forbidden', 'You are on a block list of this server.');
  if (message.to.resource !== '') return sendPrivately(service, room, message);
  if (message.type === 'groupchat') return reflect(service, room, message);
  return takeRequest(service, room, message);
}

/** Section 17.2: beside invitations and requests a room takes nothing but what is for everybody. */
function takeRequest(service: RoomService, room: Room, message: Message): StanzaError | undefined {
  const x = message.element.child('x', NS_MUC_USER);
  if (x?.child('invite') !== undefined) return invite(service, room, message, x);
  const declined = x?.child('decline');
  if (declined !== undefined) return decline(service, room, message, declined);
  const values = readSubmittedForm(message.element.child('x', NS_FORM));
  switch (values?.get('FORM_TYPE')?.[0]) {
    case NS_MUC_REQUEST:
      return handleVoice(service, room, message, values);
    case NS_MUC_REGISTER:
      return approveRegistration(service, room, message, values);
    default:
      return refusal('bad-request', 'A message to everybody in a room is of type groupchat.');
  }
}

/**
 * Section 11.1. Somebody whose session is still there has refused, not gone: by blocking an occupant, for example, which
 * must not throw him out.
 */
function takeError(service: RoomService, room: Room, message: Message): void {
  const { from, element } = message;
  const conditions = element.child('error')?.elements.filter((child) => child.xmlns === NS_STANZA_ERROR);
  const isGone = conditions?.some(({ name }) => GONE.has(name)) ?? true;
  const isHere =
    from.domain === service.host.domain && service.host.sessions.get(from.local, from.resource) !== undefined;
  if (message.to.resource !== '') returnError(service, room, message);
  if (isGone && !isHere) leaveByError(service, room, from, element);
}

function takeIq(
  service: RoomService,
  room: Room | undefined,
  iq: Iq,
  sender: Session | undefined,
): void | Promise<void> {
  if (iq.to.local === '') return answerForService(service, iq, sender);
  if (room !== undefined && iq.to.resource !== '') return relay(service, room, iq, sender);
  return answerForRoom(service, room, iq, sender);
}

/** Who answers which request to the service or to a room: a table by payload. */
import type { Jid } from '../../jid/jid.ts';
import type { Session } from '../../session/session.ts';
import { StanzaError } from '../../stanza/error.ts';
import { resultOf } from '../../stanza/iq.ts';
import type { Iq } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { getList, setList } from './admin-requests.ts';
import { requestArchive } from './archive-requests.ts';
import { getCard, setCard } from './card/card.ts';
import { roomInfo, roomItems, serviceInfo, serviceItems } from './disco.ts';
import { runHatCommand } from './hats/commands.ts';
import { moderate } from './moderation.ts';
import {
  NS_COMMANDS,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_MAM,
  NS_MESSAGE_MODERATE,
  NS_MUC_ADMIN,
  NS_MUC_OWNER,
  NS_PING,
  NS_REGISTER,
  NS_SEARCH,
  NS_VCARD,
  NS_VERSION,
} from './namespaces.ts';
import { getConfiguration, setConfiguration } from './owner-requests.ts';
import { getRegistration, setRegistration } from './registration.ts';
import type { Room } from './room.ts';
import { refusal } from './room-error.ts';
import type { Reply, RoomRequest } from './room-request.ts';
import { answerSearch } from './search/search.ts';
import type { RoomService } from './service.ts';

type ServiceHandler = (service: RoomService, payload: Element, from: Jid) => Reply;

const OF_SERVICE: Readonly<Record<string, ServiceHandler>> = {
  [key('get', 'query', NS_DISCO_INFO)]: (_service, payload) => serviceInfo(payload),
  [key('get', 'query', NS_DISCO_ITEMS)]: serviceItems,
  [key('get', 'ping', NS_PING)]: () => undefined,
  [key('get', 'search', NS_SEARCH)]: answerSearch,
  [key('get', 'query', NS_VERSION)]: ({ host }) =>
    el(
      'query',
      NS_VERSION,
      undefined,
      el('name', NS_VERSION, undefined, 'Snug'),
      el('version', NS_VERSION, undefined, host.version),
    ),
};

const OF_ROOM: Readonly<Record<string, (request: RoomRequest) => Reply>> = {
  [key('get', 'query', NS_DISCO_INFO)]: roomInfo,
  [key('get', 'query', NS_DISCO_ITEMS)]: roomItems,
  [key('get', 'ping', NS_PING)]: () => undefined,
  [key('get', 'query', NS_MUC_ADMIN)]: getList,
  [key('set', 'query', NS_MUC_ADMIN)]: setList,
  [key('get', 'query', NS_MUC_OWNER)]: getConfiguration,
  [key('set', 'query', NS_MUC_OWNER)]: setConfiguration,
  [key('get', 'query', NS_REGISTER)]: getRegistration,
  [key('set', 'query', NS_REGISTER)]: setRegistration,
  [key('get', 'vCard', NS_VCARD)]: getCard,
  [key('set', 'vCard', NS_VCARD)]: setCard,
  [key('set', 'command', NS_COMMANDS)]: runHatCommand,
  [key('get', 'query', NS_MAM)]: requestArchive,
  [key('set', 'query', NS_MAM)]: requestArchive,
  [key('get', 'metadata', NS_MAM)]: requestArchive,
  [key('set', 'moderate', NS_MESSAGE_MODERATE)]: moderate,
};

/** A request to the service itself. Answers that nobody waits for are dropped. */
export function answerForService(service: RoomService, iq: Iq, sender: Session | undefined): void | Promise<void> {
  const { payload } = iq;
  const handler = payload && isRequest(iq) ? OF_SERVICE[key(iq.type, payload.name, payload.xmlns)] : undefined;
  if (!isRequest(iq)) return;
  const reply = payload && handler ? handler(service, payload, iq.from) : refusal('service-unavailable');
  return send(service, iq, reply, sender);
}

/** A request to the bare JID of a room, which is there or not. */
export function answerForRoom(
  service: RoomService,
  room: Room | undefined,
  iq: Iq,
  sender: Session | undefined,
): void | Promise<void> {
  if (!isRequest(iq)) return;
  if (room === undefined) return send(service, iq, refusal('item-not-found', 'There is no such room.'), sender);
  const { payload } = iq;
  const handler = payload && OF_ROOM[key(iq.type, payload.name, payload.xmlns)];
  if (payload === undefined || handler === undefined) return send(service, iq, refusal('service-unavailable'), sender);
  const affiliation = room.affiliationOf(iq.from);
  const occupant = room.occupants.ofSession(iq.from);
  return send(service, iq, handler({ service, room, iq, payload, occupant, affiliation }), sender);
}

function send(service: RoomService, iq: Iq, reply: Reply, sender: Session | undefined): void | Promise<void> {
  if (reply instanceof StanzaError) return service.refuse(iq, reply, sender);
  const { router, log } = service.host;
  if (reply instanceof Promise) {
    return reply.then(
      (answer) => send(service, iq, answer, sender),
      (error) => {
        log.error({ err: error, room: iq.to.bare }, 'a request to a room failed');
        service.refuse(iq, refusal('internal-server-error'), sender);
      },
    );
  }
  if (reply === undefined || !('written' in reply)) return router.answer(resultOf(iq, reply), sender);
  return reply.written.then(
    () => {
      router.answer(resultOf(iq, reply.payload), sender);
      reply.tell?.();
    },
    (error) => {
      log.error({ err: error, room: iq.to.bare }, 'a change of a room was not stored');
      service.refuse(iq, refusal('internal-server-error'), sender);
    },
  );
}

function isRequest({ type }: Iq): boolean {
  return type === 'get' || type === 'set';
}

function key(type: string, name: string, xmlns: string): string {
  return `${type} ${name} ${xmlns}`;
}

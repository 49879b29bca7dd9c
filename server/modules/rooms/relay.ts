/** Requests between occupants, who do not learn each other's real JIDs (XEP-0045 section 17.4), and XEP-0410. */
import { bareJid } from '../../jid/jid.ts';
import type { Session } from '../../session/session.ts';
import { resultOf } from '../../stanza/iq.ts';
import type { Iq } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';
import { NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING, NS_VCARD } from './namespaces.ts';
import type { Occupant } from './occupants.ts';
import type { Room } from './room.ts';
import { outsider, refusal, withoutOrigin } from './room-error.ts';
import type { RoomService } from './service.ts';

/** Takes a request to an occupant JID to one of the occupant's clients, or an answer back. */
export function relay(service: RoomService, room: Room, iq: Iq, sender: Session | undefined): void {
  if (iq.type === 'result' || iq.type === 'error') {
    relayAnswer(service, iq);
    return;
  }
  const requester = room.occupants.ofSession(iq.from);
  if (requester === undefined) {
    // Section 6.6 for service discovery; XEP-0410 section 3.2 for pings.
    const isDisco = iq.payload?.xmlns === NS_DISCO_INFO || iq.payload?.xmlns === NS_DISCO_ITEMS;
    const text = 'Only those who are in the room reach each other here.';
    service.refuse(iq, isDisco ? refusal('bad-request', text) : outsider(text), sender);
    return;
  }
  const asked = room.occupants.get(iq.to.resource);
  if (asked === undefined) {
    service.refuse(iq, refusal('item-not-found', 'Nobody here has this nickname.'), sender);
    return;
  }
  // XEP-0410 section 3.3: the room knows the answer itself.
  if (asked === requester && iq.payload?.is('ping', NS_PING)) {
    service.host.router.answer(resultOf(iq), sender);
    return;
  }
  relayRequest(service, iq, requester, asked);
}

function relayRequest(service: RoomService, iq: Iq, requester: Occupant, asked: Occupant): void {
  const session = asked.foremost;
  if (session === undefined) return;
  // A vCard is with the account, not with the client (XEP-0054 section 3.3).
  const isForAccount = iq.payload?.is('vCard', NS_VCARD) === true;
  const to = isForAccount ? bareJid(session.jid) : session.jid;
  const id = service.newId();
  service.relays.add(id, { requester: iq.from, id: iq.id, asked: asked.address, answerer: session.jid.bare });
  const element = addressed(iq.element, id, requester.address.full, to.full);
  service.send({ ...iq, id, element, from: requester.address, to });
}

function relayAnswer(service: RoomService, iq: Iq): void {
  const relayed = service.relays.take(iq.id, iq.from.bare);
  if (relayed === undefined) return;
  const { requester, id, asked } = relayed;
  const anonymous = iq.element.withChildren(
    iq.element.elements.map((child) => (child.name === 'error' ? withoutOrigin(child) : child)),
  );
  const element = addressed(anonymous, id, asked.full, requester.full);
  service.send({ ...iq, id, element, from: asked, to: requester });
}

function addressed(element: Element, id: string, from: string, to: string): Element {
  return element.withAttr('id', id).withAttr('from', from).withAttr('to', to);
}

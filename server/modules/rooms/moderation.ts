/** XEP-0425: Moderated Message Retraction. Moderators take back what others wrote, and say why. */
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { el } from '../../xml/element.ts';
import { broadcast, stanzaIdElement } from './messages.ts';
import { NS_MESSAGE_MODERATE, NS_MESSAGE_RETRACT } from './namespaces.ts';
import { occupantIdElement } from './occupant-ids.ts';
import { authorId, entomb, isTombstone, retractedElement } from './retraction.ts';
import { refusal } from './room-error.ts';
import type { Reply, RoomRequest } from './room-request.ts';

/** Section 3. The result is sent when nobody can read the message in the archive any more. */
export function moderate({ service, room, payload, occupant }: RoomRequest): Reply {
  if (occupant?.role !== 'moderator')
    return refusal('forbidden', 'Only moderators in the room can take back what others wrote.');
  const target = room.record.find(payload.attr('id') ?? '');
  if (payload.child('retract', NS_MESSAGE_RETRACT) === undefined)
    return refusal('bad-request', 'Messages can be retracted and nothing else.');
  if (target === undefined) return refusal('item-not-found', 'There is no such message.');
  if (authorId(target.element) === undefined)
    return refusal('not-acceptable', 'What the room itself said cannot be taken back.');
  if (isTombstone(target.element)) return { written: service.host.writer.flush() }; // somebody was faster

  const moderated = el('moderated', NS_MESSAGE_MODERATE, { by: occupant.address.full }, occupantIdElement(occupant.id));
  const text = payload.childText('reason');
  const reason = text ? el('reason', NS_MESSAGE_RETRACT, undefined, text) : undefined;
  const [id, stanzaId, atMs] = [service.newId(), service.archive.newId(), service.now];
  entomb(room.record, target, retractedElement(id, atMs, moderated, reason));
  const message = el(
    'message',
    NS_CLIENT,
    { type: 'groupchat', id, from: room.jid.bare },
    el('retract', NS_MESSAGE_RETRACT, { id: target.id }, moderated, reason),
    stanzaIdElement(room, stanzaId),
  );
  broadcast(service, room, message, room.jid);
  // Whoever is away learns of it like everybody else.
  room.record.keep(room.jid, { id: stanzaId, atMs, element: message });
  return { written: service.host.writer.flush() };
}

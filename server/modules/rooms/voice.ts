/** Requests for voice and their approval (XEP-0045 sections 7.13 and 8.6). */
import type { StanzaError } from '../../stanza/error.ts';
import { type Form, formElement, isTrue } from '../../stanza/form.ts';
import { type Message, NS_CLIENT } from '../../stanza/stanza.ts';
import { el } from '../../xml/element.ts';
import { NS_MUC_REQUEST } from './namespaces.ts';
import type { Occupant } from './occupants.ts';
import { changeRole, roleRefusal } from './role-changes.ts';
import type { Room } from './room.ts';
import { outsider, refusal } from './room-error.ts';
import type { RoomService } from './service.ts';

type FormValues = ReadonlyMap<string, readonly string[]>;

/** A form of that type: with an answer it is a moderator's, without one the request of somebody without voice. */
export function handleVoice(
  service: RoomService,
  room: Room,
  message: Message,
  values: FormValues,
): StanzaError | undefined {
  const sender = room.occupants.ofSession(message.from);
  if (sender === undefined) return outsider('Only those who are in the room may ask for voice.');
  if (values.has('muc#request_allow')) return approve(service, room, sender, message, values);
  if (values.get('muc#role')?.[0] !== 'participant') return refusal('bad-request', 'Only voice can be asked for.');
  if (sender.role === 'visitor') ask(service, room, sender);
  return undefined;
}

function ask(service: RoomService, room: Room, visitor: Occupant): void {
  const form: Form = {
    type: 'form',
    formType: NS_MUC_REQUEST,
    title: 'Request for voice',
    instructions: 'To let this person speak in the room, tick the box and send the form.',
    fields: [
      {
        name: 'muc#role',
        type: 'list-single',
        label: 'Requested role',
        values: ['participant'],
        options: [{ value: 'participant' }],
      },
      {
        name: 'muc#jid',
        type: 'jid-single',
        label: 'Address',
        values: [visitor.foremost?.jid.full ?? visitor.user.bare],
      },
      { name: 'muc#roomnick', type: 'text-single', label: 'Nickname', values: [visitor.nick] },
      { name: 'muc#request_allow', type: 'boolean', label: 'Let this person speak?', values: ['0'] },
    ],
  };
  const message = el('message', NS_CLIENT, { id: service.newId(), from: room.jid.bare }, formElement(form));
  for (const occupant of room.occupants.all()) {
    if (occupant.role !== 'moderator') continue;
    for (const { jid } of occupant.sessions.values())
      service.sendMessage(message.withAttr('to', jid.full), 'normal', room.jid, jid);
  }
}

/** What is not allowed is skipped without a word (section 8.6). */
function approve(
  service: RoomService,
  room: Room,
  moderator: Occupant,
  message: Message,
  values: FormValues,
): StanzaError | undefined {
  const by = { role: moderator.role, affiliation: room.affiliationOf(message.from) };
  if (by.role !== 'moderator') return refusal('forbidden', 'Only moderators may give voice.');
  if (!isTrue(values.get('muc#request_allow'))) return undefined;
  const occupant = room.occupants.get(values.get('muc#roomnick')?.[0] ?? '');
  if (occupant === undefined) return refusal('item-not-found', 'Nobody here has this nickname.');
  if (occupant.role !== 'visitor') return undefined;
  const change = { occupant, role: 'participant' } as const;
  const refused = roleRefusal(room, by, change);
  if (refused === undefined) changeRole(service, room, change, { jid: message.from, nick: moderator.nick });
  return refused;
}

/** Messages from one occupant to another (XEP-0045 section 7.5). */
import type { StanzaError } from '../../stanza/error.ts';
import { type Message, NS_CLIENT } from '../../stanza/stanza.ts';
import { createElement, el, type Node } from '../../xml/element.ts';
import { isForged } from './messages.ts';
import { NS_MUC_USER } from './namespaces.ts';
import { occupantIdElement } from './occupant-ids.ts';
import type { Occupant } from './occupants.ts';
import { isRoleAtLeast } from './privileges.ts';
import type { Room } from './room.ts';
import { outsider, refusal, withoutOrigin } from './room-error.ts';
import type { RoomService } from './service.ts';

/** Delivers a message to all sessions of an occupant; the refusal, if it may not be. */
export function sendPrivately(service: RoomService, room: Room, message: Message): StanzaError | undefined {
  if (message.type === 'groupchat')
    return refusal('bad-request', 'A message to one occupant cannot be of type groupchat.');
  const sender = room.occupants.ofSession(message.from);
  if (sender === undefined) return outsider('Only those who are in the room may write to each other.');
  const recipient = room.occupants.get(message.to.resource);
  if (recipient === undefined) return refusal('item-not-found', 'Nobody here has this nickname.');
  if (!mayWrite(room, sender)) return refusal('forbidden', 'Private messages are not allowed here.');
  const id = message.element.attr('id');
  if (id !== undefined) service.relays.addPrivate(sender.address, recipient.user.bare, id);
  pass(service, room, message, sender, recipient);
  return undefined;
}

/** An error that answers a private message. */
export function returnError(service: RoomService, room: Room, message: Message): void {
  const sender = room.occupants.ofSession(message.from);
  const recipient = room.occupants.get(message.to.resource);
  const id = message.element.attr('id') ?? '';
  if (!service.relays.takePrivate(message.to, message.from.bare, id)) return;
  // Where others of the sender's sessions have the message, it was delivered.
  if (sender === undefined || recipient === undefined || sender.sessions.size > 1) return;
  pass(service, room, message, sender, recipient);
}

function pass(service: RoomService, room: Room, message: Message, sender: Occupant, recipient: Occupant): void {
  const { element, type } = message;
  const children: Node[] = [];
  for (const child of element.children) {
    if (typeof child === 'string') children.push(child);
    else if (!isForged(child, room.jid)) children.push(child.name === 'error' ? withoutOrigin(child) : child);
  }
  // The mark by which clients and carbons know a private message (section 7.5).
  children.push(el('x', NS_MUC_USER), occupantIdElement(sender.id));
  const attributes = ['type', type, 'from', sender.address.full];
  for (const name of ['id', 'xml:lang']) {
    const value = element.attr(name);
    if (value !== undefined) attributes.push(name, value);
  }
  const passed = createElement('message', NS_CLIENT, attributes, children);
  for (const { jid } of recipient.sessions.values()) {
    service.sendMessage(passed.withAttr('to', jid.full), type, sender.address, jid);
  }
}

/** `muc#roomconfig_allowpm`. */
function mayWrite(room: Room, { role }: Occupant): boolean {
  switch (room.configuration.privateMessages) {
    case 'anyone':
      return true;
    case 'participants':
      return isRoleAtLeast(role, 'participant');
    case 'moderators':
      return role === 'moderator';
    case 'none':
      return false;
  }
}

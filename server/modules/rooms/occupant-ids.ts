/** XEP-0421: identifiers that stay with a user through nicknames and visits, without telling who it is. */
import { createHmac } from 'node:crypto';
import type { Jid } from '../../jid/jid.ts';
import { type Element, el } from '../../xml/element.ts';
import { NS_OCCUPANT_ID } from './namespaces.ts';

/** Section 4.1: by a secret of the installation, the room and the user, so that no two rooms can be compared. */
export function occupantId(secret: Uint8Array, room: Jid, user: Jid): string {
  return createHmac('sha256', secret).update(`${room.bare}\0${user.bare}`).digest('base64url');
}

export function occupantIdElement(id: string): Element {
  return el('occupant-id', NS_OCCUPANT_ID, { id });
}

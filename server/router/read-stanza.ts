/** From an element of the server's own making, or one that was kept, back to a stanza. */
import { parseJid } from '../jid/jid.ts';
import { type AddressedStanza, readIqType, readMessageType, readPresenceType } from '../stanza/stanza.ts';
import type { Element } from '../xml/element.ts';

/** Undefined when it lacks an address, an id or a known type. */
export function readStanza(element: Element): AddressedStanza | undefined {
  const from = parseJid(element.attr('from') ?? '');
  const to = parseJid(element.attr('to') ?? '');
  if (from === undefined || to === undefined) return undefined;
  switch (element.name) {
    case 'message':
      return { kind: 'message', type: readMessageType(element), element, from, to };
    case 'presence': {
      const type = readPresenceType(element);
      return type && { kind: 'presence', type, element, from, to };
    }
    case 'iq': {
      const type = readIqType(element);
      const id = element.attr('id');
      if (type === undefined || id === undefined) return undefined;
      return { kind: 'iq', type, id, element, from, to, payload: element.elements[0] };
    }
    default:
      return undefined;
  }
}

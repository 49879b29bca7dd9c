/**
 * From an element that a client sent to a stanza that may be routed: the address of the sender is stamped
 * (RFC 6120 section 8.1.2.1), the shape is checked (section 8.2), everything else is left as it came.
 */
import { bareJid, type Jid, parseJid } from '../jid/jid.ts';
import { withoutForgedDelay } from '../stanza/delay.ts';
import { StanzaError } from '../stanza/error.ts';
import {
  type Iq,
  type Message,
  NS_CLIENT,
  type Presence,
  readIqParts,
  readMessageType,
  readPresenceType,
  type Stanza,
} from '../stanza/stanza.ts';
import type { Element } from '../xml/element.ts';
import type { Session } from './session.ts';
import type { StreamEnd } from './session-stream.ts';

const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

/** A stanza; or the sender's mistake, with the element that its error answers; or a reason to end the stream. */
export type Inbound =
  | { readonly stanza: Stanza }
  | { readonly refused: Element; readonly error: StanzaError }
  | { readonly end: StreamEnd };

export function readInbound(session: Session, element: Element): Inbound {
  if (element.xmlns !== NS_CLIENT || !STANZAS.has(element.name)) return unsupported(element);
  const claimed = element.attr('from');
  if (claimed !== undefined && !isOwnAddress(claimed, session.jid)) {
    return { end: { condition: 'invalid-from', text: 'The address in “from” is not the one of this stream.' } };
  }
  const stamped = stamp(session, element);
  const addressee = element.attr('to');
  const to = addressee === undefined ? undefined : parseJid(addressee);
  if (addressee !== undefined && to === undefined) {
    return refuse(stamped.withAttr('to', undefined), 'jid-malformed', 'The address in “to” is not a valid JID.');
  }
  switch (element.name) {
    case 'message':
      return { stanza: readMessage(session, stamped, to) };
    case 'presence':
      return readPresence(session, stamped, to);
    default:
      return readIq(session, stamped, to);
  }
}

function readMessage(session: Session, element: Element, to: Jid | undefined): Message {
  const type = readMessageType(element);
  if (to !== undefined) return { kind: 'message', type, element, from: session.jid, to };
  const self = bareJid(session.jid); // RFC 6120 section 10.3.1: as if addressed to the account itself
  return { kind: 'message', type, element: element.withAttr('to', self.full), from: session.jid, to: self };
}

function readPresence(session: Session, element: Element, to: Jid | undefined): Inbound {
  const type = readPresenceType(element);
  if (type === undefined) return refuse(element, 'bad-request', 'This type of presence does not exist.');
  const presence: Presence = { kind: 'presence', type, element, from: session.jid, to };
  return { stanza: presence };
}

function readIq(session: Session, element: Element, to: Jid | undefined): Inbound {
  const parts = readIqParts(element);
  if (typeof parts === 'string') return refuse(element, 'bad-request', parts);
  const iq: Iq = { kind: 'iq', ...parts, element, from: session.jid, to: to ?? bareJid(session.jid) };
  return { stanza: iq };
}

/** The sender's full JID, and the stream's language where the stanza states none (RFC 6120 section 8.1.5). */
function stamp(session: Session, element: Element): Element {
  const stamped = withoutForgedDelay(element, session.jid.domain).withAttr('from', session.jid.full);
  return session.lang === undefined || element.attr('xml:lang') !== undefined
    ? stamped
    : stamped.withAttr('xml:lang', session.lang);
}

function isOwnAddress(claimed: string, own: Jid): boolean {
  if (claimed === own.full || claimed === own.bare) return true;
  const jid = parseJid(claimed);
  return jid !== undefined && (jid.full === own.full || jid.full === own.bare);
}

function refuse(refused: Element, condition: 'bad-request' | 'jid-malformed', text: string): Inbound {
  return { refused, error: new StanzaError(condition, text) };
}

function unsupported(element: Element): Inbound {
  return {
    end: {
      condition: 'unsupported-stanza-type',
      text: `<${element.name}/> of the namespace ${element.xmlns} is not known here.`,
    },
  };
}

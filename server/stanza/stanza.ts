/** Stanzas as they walk through the router: an element with its addresses prepared and its type known. */
import type { Jid } from '../jid/jid.ts';
import type { Element } from '../xml/element.ts';

export const NS_CLIENT = 'jabber:client';

export type MessageType = 'chat' | 'error' | 'groupchat' | 'headline' | 'normal';
export type PresenceType =
  | 'available'
  | 'error'
  | 'probe'
  | 'subscribe'
  | 'subscribed'
  | 'unavailable'
  | 'unsubscribe'
  | 'unsubscribed';
export type IqType = 'error' | 'get' | 'result' | 'set';

interface Addressed {
  /** The stanza as it will leave; its `from` and `to` spell the addresses below. */
  readonly element: Element;
  readonly from: Jid;
}

/** A message always has an addressee: one without `to` is treated as sent to the sender's own bare JID (RFC 6120 section 10.3.1). */
export interface Message extends Addressed {
  readonly kind: 'message';
  readonly type: MessageType;
  readonly to: Jid;
}

export interface Presence extends Addressed {
  readonly kind: 'presence';
  /** `available` stands for a presence without type. */
  readonly type: PresenceType;
  /** None when it is meant for everybody who is subscribed. */
  readonly to: Jid | undefined;
}

export interface Iq extends Addressed {
  readonly kind: 'iq';
  readonly type: IqType;
  readonly id: string;
  readonly to: Jid;
  /** The one child of a request; of a result, if any. */
  readonly payload: Element | undefined;
}

export type Stanza = Message | Presence | Iq;
export type AddressedStanza = Message | Iq | (Presence & { readonly to: Jid });

const MESSAGE_TYPES: ReadonlySet<string> = new Set(['chat', 'error', 'groupchat', 'headline', 'normal']);
const PRESENCE_TYPES: ReadonlySet<string> = new Set([
  'error',
  'probe',
  'subscribe',
  'subscribed',
  'unavailable',
  'unsubscribe',
  'unsubscribed',
]);

/** RFC 6121 section 5.2.2: an unknown type, or none, means `normal`. */
export function readMessageType(element: Element): MessageType {
  const type = element.attr('type');
  return type !== undefined && MESSAGE_TYPES.has(type) ? (type as MessageType) : 'normal';
}

/** Undefined when the type is none that RFC 6121 section 4.7.1 knows. */
export function readPresenceType(element: Element): PresenceType | undefined {
  const type = element.attr('type');
  if (type === undefined) return 'available';
  return PRESENCE_TYPES.has(type) ? (type as PresenceType) : undefined;
}

/** Undefined when the type is missing or unknown (RFC 6120 section 8.2.3). */
export function readIqType(element: Element): IqType | undefined {
  const type = element.attr('type');
  return type === 'get' || type === 'set' || type === 'result' || type === 'error' ? type : undefined;
}

export type IqParts = Pick<Iq, 'type' | 'id' | 'payload'>;

/** What makes an element an iq (RFC 6120 section 8.2.3), or the sentence that says what is wrong with it (`bad-request`). */
export function readIqParts(element: Element): IqParts | string {
  const type = readIqType(element);
  const id = element.attr('id');
  if (type === undefined) return 'An iq is of type get, set, result or error.';
  if (id === undefined) return 'An iq needs an id.';
  const payloads = element.elements;
  if ((type === 'get' || type === 'set') && payloads.length !== 1) return 'A request has exactly one payload.';
  return { type, id, payload: payloads[0] };
}

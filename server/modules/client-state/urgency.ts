/**
 * What a phone in a pocket must get at once, and what can wait until it is taken out (XEP-0352 section 3.2). Waking the
 * radio costs the same for one byte as for a page (XEP-0286 section 3.2), so the question is never the size.
 */

import type { Urgency } from '../../session/hold.ts';
import { NS_FORWARD } from '../../stanza/forward.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';

const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
const NS_PUBSUB_EVENT = 'http://jabber.org/protocol/pubsub#event';
const NS_CHAT_STATES = 'http://jabber.org/protocol/chatstates';
const NS_CARBONS = 'urn:xmpp:carbons:2';
const NS_MARKERS = 'urn:xmpp:chat-markers:0';
const NS_RECEIPTS = 'urn:xmpp:receipts';
/** What was read on another device (XEP-0490): the notification on this one should go away. */
const NODE_DISPLAYED = 'urn:xmpp:mds:displayed:0';
/** XEP-0045 section 7.2.2: this presence is the client's own, an answer to what it asked for. */
const STATUS_SELF = '110';

/** What accompanies a message and says nothing by itself: hints, ids, delays, who somebody is in a room. */
const ACCOMPANYING: ReadonlySet<string> = new Set([
  'urn:xmpp:hints',
  'urn:xmpp:sid:0',
  'urn:xmpp:delay',
  'urn:xmpp:occupant-id:0',
  'urn:xmpp:eme:0',
]);

/** What an administrator lets wait. */
export interface Waiting {
  readonly presence: boolean;
  readonly typing: boolean;
  readonly receipts: boolean;
  readonly events: boolean;
}

/** `self` is the bare JID of the account that the stanza goes to. */
export function urgencyOf(stanza: Element, self: string, waiting: Waiting): Urgency {
  switch (stanza.name) {
    case 'presence':
      return waiting.presence ? presenceUrgency(stanza) : 'now';
    case 'message':
      return messageUrgency(stanza, self, waiting);
    default:
      return 'now'; // requests, and answers to what the client asked
  }
}

/** The latest of each full JID. Subscriptions, and what concerns the client itself, are news. */
function presenceUrgency(presence: Element): Urgency {
  const type = presence.attr('type');
  if (type !== undefined && type !== 'unavailable') return 'now';
  const room = presence.child('x', NS_MUC_USER);
  if (room?.elements.some((child) => child.name === 'status' && child.attr('code') === STATUS_SELF)) return 'now';
  return { key: `presence ${presence.attr('from')}`, isFleeting: false };
}

function messageUrgency(message: Element, self: string, waiting: Waiting): Urgency {
  const type = message.attr('type');
  if (type === 'error') return 'now';
  const carbon = carbonOf(message, self);
  if (carbon !== undefined) return carbonUrgency(carbon, waiting);
  const event = message.child('event', NS_PUBSUB_EVENT);
  if (event !== undefined) return waiting.events ? eventUrgency(message, event, self) : 'now';
  return contentUrgency(message, 'chat', waiting);
}

/** XEP-0280: what a copy shows counts, but read marks of one's own other devices end the notification on this one. */
function carbonUrgency(carbon: Element, waiting: Waiting): Urgency {
  const message = carbon.child('forwarded', NS_FORWARD)?.child('message', NS_CLIENT);
  if (message === undefined) return 'now';
  if (carbon.name === 'sent' && message.child('displayed', NS_MARKERS) !== undefined) return 'now';
  return contentUrgency(message, carbon.name, waiting);
}

/** Anything that is not known to be able to wait is urgent: a text, an encrypted one, an invitation, a call. */
function contentUrgency(message: Element, kind: string, waiting: Waiting): Urgency {
  let isTyping = false;
  let isReceipt = false;
  for (const child of message.elements) {
    const { name, xmlns } = child;
    if (xmlns === NS_CHAT_STATES) isTyping = true;
    else if (xmlns === NS_MARKERS || (xmlns === NS_RECEIPTS && name === 'received')) isReceipt = true;
    else if (!ACCOMPANYING.has(xmlns) && !isRoomMark(child) && !child.is('thread', NS_CLIENT)) return 'now';
  }
  if (isReceipt) return waiting.receipts ? 'later' : 'now';
  if (!isTyping || !waiting.typing) return 'now';
  return { key: `typing ${kind} ${message.attr('from')} ${message.attr('to')}`, isFleeting: true };
}

/** Rooms mark private messages with an empty one (XEP-0045 section 7.5); with something in it, it is an invitation. */
function isRoomMark({ name, xmlns, elements }: Element): boolean {
  return xmlns === NS_MUC_USER && name === 'x' && elements.length === 0;
}

/**
 * XEP-0163: the latest of each item, whether it was published or retracted, and of each kind of change to a whole node.
 */
function eventUrgency(message: Element, event: Element, self: string): Urgency {
  const from = message.attr('from');
  const [change] = event.elements;
  const node = change?.attr('node');
  if (node === NODE_DISPLAYED && from === self) return 'now';
  const ids = change?.elements.map((item) => item.attr('id') ?? '') ?? [];
  return { key: `event ${from} ${node} ${change?.name} ${ids.join(' ')}`, isFleeting: false };
}

function carbonOf(message: Element, self: string): Element | undefined {
  if (message.attr('from') !== self) return undefined;
  return message.elements.find(({ xmlns }) => xmlns === NS_CARBONS);
}

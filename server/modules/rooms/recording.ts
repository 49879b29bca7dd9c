/** Which messages belong to the record of a room, and which of them to the history for newcomers. */
import { NS_CLIENT } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';
import { NS_CHAT_MARKERS, NS_MESSAGE_RETRACT, NS_MUC_USER, NS_OCCUPANT_ID, NS_STANZA_ID } from './namespaces.ts';

const NS_HINTS = 'urn:xmpp:hints';

/** What says nothing by itself or means nothing later: typing, receipts (XEP-0184 has none in rooms), hints, ids. */
const PASSING: ReadonlySet<string> = new Set([
  'http://jabber.org/protocol/chatstates',
  'urn:xmpp:receipts',
  'urn:xmpp:delay',
  NS_HINTS,
  NS_STANZA_ID,
  NS_OCCUPANT_ID,
  NS_MUC_USER,
]);

/**
 * Whether a message says something that should be found later (XEP-0313 section 5.1.2): texts and subjects, reactions,
 * corrections, read markers, encrypted payloads of whatever kind. XEP-0334: hints decide where there are any.
 */
export function belongsToRecord(message: Element): boolean {
  let isMeaningful = false;
  for (const child of message.children) {
    if (typeof child === 'string') continue;
    if (child.xmlns === NS_HINTS) {
      // XEP-0424 section 4: a retraction is kept whatever it says of itself.
      if (child.name === 'no-store' || child.name === 'no-permanent-store') return readRetract(message) !== undefined;
      if (child.name === 'store') isMeaningful = true;
    } else if (child.xmlns === NS_CHAT_MARKERS) {
      // Older kinds of markers tell of delivery only.
      if (child.name === 'displayed') isMeaningful = true;
    } else if (!PASSING.has(child.xmlns) && !child.is('thread', NS_CLIENT)) {
      isMeaningful = true;
    }
  }
  return isMeaningful;
}

/** Whether a message of the record is part of the discussion, as newcomers are shown it. */
export function belongsToHistory(message: Element): boolean {
  if (isSubjectChange(message)) return false; // it would end the join for them (XEP-0045 section 7.2.15)
  if (message.child('body') !== undefined || readRetract(message) !== undefined) return true;
  return message.child('store', NS_HINTS) !== undefined && message.child('displayed', NS_CHAT_MARKERS) === undefined;
}

/** XEP-0045 section 8.1: a subject, and neither body nor thread. */
export function isSubjectChange(message: Element): boolean {
  return (
    message.child('subject') !== undefined &&
    message.child('body') === undefined &&
    message.child('thread') === undefined
  );
}

/** The id in a retraction (XEP-0424 section 3); undefined when the message is none. */
export function readRetract(message: Element): string | undefined {
  return message.child('retract', NS_MESSAGE_RETRACT)?.attr('id') || undefined;
}

/** Which messages are stored for somebody who is away (XEP-0160 section 3, with the hints of XEP-0334). */
import { type Message, NS_CLIENT } from '../../stanza/stanza.ts';

const NS_HINTS = 'urn:xmpp:hints';

/** What accompanies a message and says nothing by itself: states of typing, hints, ids, threads. */
const ACCOMPANYING: ReadonlySet<string> = new Set([
  'http://jabber.org/protocol/chatstates',
  NS_HINTS,
  'urn:xmpp:sid:0',
  'urn:xmpp:delay',
]);

/** `keep`; or `drop` without a word, for what means nothing later; or `refuse`, so that the sender knows it did not arrive. */
export type Worth = 'keep' | 'drop' | 'refuse';

export function worthOf({ type, element }: Message): Worth {
  if (type !== 'chat' && type !== 'normal') return 'refuse';
  if (element.child('no-store', NS_HINTS) !== undefined) {
    // The sender does not want it kept, but must learn that a text got lost (RFC 6121 section 8.5.2.2.1).
    return element.child('body', NS_CLIENT) === undefined ? 'drop' : 'refuse';
  }
  if (element.child('store', NS_HINTS) !== undefined) return 'keep';
  for (const child of element.elements) {
    if (!ACCOMPANYING.has(child.xmlns) && !child.is('thread', NS_CLIENT)) return 'keep';
  }
  return 'drop';
}

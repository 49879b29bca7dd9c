/**
 * Which messages belong to an archive (XEP-0313 section 6.1.1): what people say to each other, and what changes how that
 * is shown. Errors, headlines and the talk of rooms do not: a room has an archive of its own, and an error is no part of
 * a conversation. Nor what was refused: by blocking, whose guards come before, or for want of a recipient.
 */
import { type Message, NS_CLIENT } from '../../stanza/stanza.ts';
import { NS_MUC_USER, NS_RETRACT } from './namespaces.ts';

const NS_HINTS = 'urn:xmpp:hints';

/** Payloads that are worth keeping without a text, by namespace; with names where only some of them are. */
const PAYLOADS: ReadonlyMap<string, ReadonlySet<string> | 'all'> = new Map<string, ReadonlySet<string> | 'all'>([
  // Encrypted, by what is inside (XEP-0384, XEP-0374, XEP-0027) or by what is said about it (XEP-0380).
  ['eu.siacs.conversations.axolotl', new Set(['encrypted'])],
  ['urn:xmpp:omemo:1', new Set(['encrypted'])],
  ['urn:xmpp:omemo:2', new Set(['encrypted'])],
  ['urn:xmpp:openpgp:0', new Set(['openpgp'])],
  ['jabber:x:encrypted', 'all'],
  ['urn:xmpp:eme:0', new Set(['encryption'])],
  // That a message arrived (XEP-0184) or was read (XEP-0333), on whichever device.
  ['urn:xmpp:receipts', new Set(['received'])],
  ['urn:xmpp:chat-markers:0', new Set(['received', 'displayed', 'acknowledged'])],
  // What is said about a message: XEP-0424, XEP-0444.
  [NS_RETRACT, new Set(['retract'])],
  ['urn:xmpp:reactions:0', new Set(['reactions'])],
  // Calls: XEP-0353, whose messages carry <store/> as well, and XEP-0482.
  ['urn:xmpp:jingle-message:0', 'all'],
  ['urn:xmpp:call-invites:0', 'all'],
  // Invitations to rooms: XEP-0249; those of XEP-0045 are looked at below.
  ['jabber:x:conference', new Set(['x'])],
]);

/** `keep`; or `retraction`, which XEP-0424 section 5 wants kept in any case; or `pass`. */
export type Worth = 'keep' | 'retraction' | 'pass';

export function worthOf({ type, element }: Message): Worth {
  if (type !== 'chat' && type !== 'normal') return 'pass';
  let worth: Worth = 'pass';
  let isForbidden = false;
  for (const child of element.children) {
    if (typeof child === 'string') continue;
    const { name, xmlns } = child;
    if (xmlns === NS_CLIENT) {
      if (name === 'body' || name === 'subject') worth = 'keep';
    } else if (xmlns === NS_HINTS) {
      // XEP-0334: neither of the two wants it in an archive.
      if (name === 'no-store' || name === 'no-permanent-store') isForbidden = true;
      else if (name === 'store') worth = 'keep';
    } else if (xmlns === NS_MUC_USER) {
      if (child.child('invite') !== undefined || child.child('decline') !== undefined) worth = 'keep';
    } else {
      const names = PAYLOADS.get(xmlns);
      if (names === undefined || (names !== 'all' && !names.has(name))) continue;
      if (xmlns === NS_RETRACT) return 'retraction';
      worth = 'keep';
    }
  }
  return isForbidden ? 'pass' : worth;
}

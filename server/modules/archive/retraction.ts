/** XEP-0424: a message that its sender takes back leaves a tombstone in the archive in its place. */
import { type Jid, parseJid } from '../../jid/jid.ts';
import type { ArchivedMessage } from '../../modulehost/services.ts';
import type { Message } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import type { Archives } from './archives.ts';
import { NS_MUC_USER, NS_RETRACT } from './namespaces.ts';

const NS_OCCUPANT_ID = 'urn:xmpp:occupant-id:0';
/** How many messages of a conversation a retraction may lie behind what it retracts. */
const DEPTH = 20_000;

/** Replaces the message that `retraction` takes back, if the archive of `owner` has it. */
export function bury(archives: Archives, owner: string, partner: Jid, retraction: Message, atMs: number): void {
  const { element } = retraction;
  const id = element.attr('id');
  const retracted = element.child('retract', NS_RETRACT)?.attr('id');
  // The tombstone names the retraction (section 4): without an id there is no name.
  if (id === undefined || retracted === undefined) return;
  const found = archives
    .findByMessageId(owner, partner.bare, retracted, DEPTH)
    .find((message) => isBySameSender(message, retraction));
  if (found === undefined || isTombstone(found.element)) return;
  archives.replace(owner, found.id, tombstone(found.element, id, atMs));
}

/**
 * Section 5: both come from the same bare JID. SECURITY: people who write to each other privately in a room share one,
 * and a nickname can change hands; there both must come from the same occupant (XEP-0421).
 */
function isBySameSender({ element }: ArchivedMessage, { from, element: retraction }: Message): boolean {
  const sender = parseJid(element.attr('from') ?? '');
  if (sender?.bare !== from.bare) return false;
  if (!isOfRoom(element) && !isOfRoom(retraction)) return true;
  const occupant = element.child('occupant-id', NS_OCCUPANT_ID)?.attr('id');
  return (
    occupant !== undefined &&
    occupant === retraction.child('occupant-id', NS_OCCUPANT_ID)?.attr('id') &&
    sender.full === from.full
  );
}

function isOfRoom(message: Element): boolean {
  return message.child('x', NS_MUC_USER) !== undefined;
}

function isTombstone(message: Element): boolean {
  return message.child('retracted', NS_RETRACT) !== undefined;
}

/** Section 4: the message without anything that it said. */
function tombstone(message: Element, retractionId: string, atMs: number): Element {
  return message.withChildren([el('retracted', NS_RETRACT, { id: retractionId, stamp: new Date(atMs).toISOString() })]);
}

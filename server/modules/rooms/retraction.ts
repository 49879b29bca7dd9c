/** XEP-0424: Message Retraction. What is left of a message that was taken back is a tombstone. */
import type { ArchivedMessage } from '../../modulehost/services.ts';
import type { StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import {
  NS_MESSAGE_CORRECT,
  NS_MESSAGE_MODERATE,
  NS_MESSAGE_RETRACT,
  NS_MUC_USER,
  NS_OCCUPANT_ID,
  NS_STANZA_ID,
} from './namespaces.ts';
import type { Occupant } from './occupants.ts';
import type { RoomRecord } from './record.ts';
import { readRetract } from './recording.ts';
import type { Room } from './room.ts';
import { refusal } from './room-error.ts';

/** A correction follows what it corrects; older ones than this many messages are left. */
const MAX_DISTANCE = 200;
const KEPT: ReadonlySet<string> = new Set([NS_STANZA_ID, NS_OCCUPANT_ID, NS_MUC_USER]);

/**
 * Why a message may not retract what it does, if it does: section 5 allows it to the author alone, whom the room knows
 * for certain. What the room has not in its record, others may have, so that is passed on.
 */
export function retractionRefusal(room: Room, occupant: Occupant, message: Element): StanzaError | undefined {
  const retract = message.child('retract', NS_MESSAGE_RETRACT);
  if (retract === undefined) return undefined;
  // XEP-0425 section 5: only the room says so.
  if (retract.child('moderated', NS_MESSAGE_MODERATE) !== undefined)
    return refusal('forbidden', 'Only the room tells of what moderators did.');
  // SECURITY: nobody knows which of them a client looks at.
  if (message.elements.some((child) => child !== retract && child.is('retract', NS_MESSAGE_RETRACT)))
    return refusal('bad-request', 'A message takes back one other message.');
  const id = readRetract(message);
  if (id === undefined) return undefined;
  const target = room.record.find(id);
  return target === undefined || authorId(target.element) === occupant.id
    ? undefined
    : refusal('forbidden', 'Only whoever wrote a message can take it back.');
}

/** Carries out the retraction that a message is, if it is one; true when it is. */
export function carryOut(record: RoomRecord, message: Element, atMs: number): boolean {
  const id = readRetract(message);
  if (id === undefined) return false;
  const target = record.find(id);
  if (target !== undefined && !isTombstone(target.element))
    entomb(record, target, retractedElement(message.attr('id'), atMs));
  return true;
}

/** Section 4: `id` is that of the message with the retraction. */
export function retractedElement(
  id: string | undefined,
  atMs: number,
  ...more: readonly (Element | undefined)[]
): Element {
  return el('retracted', NS_MESSAGE_RETRACT, { id, stamp: new Date(atMs).toISOString() }, more);
}

/** Puts tombstones in place of a message and of its corrections, which would tell what it said. */
export function entomb(record: RoomRecord, target: ArchivedMessage, retracted: Element): void {
  for (const { id, element } of [target, ...correctionsOf(record, target)]) {
    const kept = element.elements.filter((child) => KEPT.has(child.xmlns));
    record.replace(id, element.withChildren([retracted, ...kept]));
  }
}

export function isTombstone(message: Element): boolean {
  return message.child('retracted', NS_MESSAGE_RETRACT) !== undefined;
}

/** XEP-0421, as the room wrote it; undefined for what the room itself said. */
export function authorId(message: Element): string | undefined {
  return message.child('occupant-id', NS_OCCUPANT_ID)?.attr('id');
}

/** XEP-0308: everything that is the same message for its readers. A correction names the first one. */
function correctionsOf(record: RoomRecord, target: ArchivedMessage): readonly ArchivedMessage[] {
  const author = authorId(target.element);
  const corrected = correctedId(target.element);
  const first = corrected ?? target.element.attr('id');
  return record
    .latest(MAX_DISTANCE)
    .filter(
      ({ id, element }) =>
        id !== target.id &&
        authorId(element) === author &&
        (correctedId(element) === first || (corrected !== undefined && element.attr('id') === corrected)),
    );
}

function correctedId(message: Element): string | undefined {
  return message.child('replace', NS_MESSAGE_CORRECT)?.attr('id');
}

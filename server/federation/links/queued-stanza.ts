/** A stanza on its way to another server, until it is delivered or goes back. */
import type { Element } from '../../xml/element.ts';
import { pairOf } from './pair.ts';

export interface QueuedStanza {
  /** The very object that was given to `Links.send`. */
  readonly element: Element;
  /** See `pairOf`: from one of our domains to theirs. */
  readonly pair: string;
  /** As UTF-8 XML. */
  readonly bytes: number;
  /** On the clock's `elapsedMs`: when it goes back at the latest, if it has not been sent. */
  readonly deadlineMs: number;
  /** How often it has been written to a stream. */
  tries: number;
}

export function queuedStanza(element: Element, from: string, to: string, deadlineMs: number): QueuedStanza {
  const bytes = Buffer.byteLength(element.toXml());
  return { element, pair: pairOf(from, to), bytes, deadlineMs, tries: 0 };
}

/**
 * Whether it may wait for a server that cannot be reached at the moment: a message. The one who asks with an iq waits
 * for the answer, and presence is worth what it says now.
 */
export function isPatient({ element }: QueuedStanza): boolean {
  return element.name === 'message';
}

/** Whether it may be sent again when nobody knows if it arrived: what a message or presence says twice harms little. */
export function isRepeatable({ element }: QueuedStanza): boolean {
  return element.name !== 'iq';
}

/**
 * Who answers for a message that several sessions of an account got at once. A session that ends hands back what its
 * client never acknowledged (XEP-0198 section 4); when another device has the same message, or still may get it, handing
 * it back would only double it, and when none has, forgetting it would lose it. So they hold it together.
 */
import type { Element } from '../xml/element.ts';
import type { Session } from './session.ts';

export class Copies {
  /** Names these copies in a journal; given when one of them is first written there. */
  id: string | undefined;
  /** True once a client has acknowledged one of them, or got one without being asked to acknowledge. */
  isReceived = false;
  /** How many wait for an acknowledgement. */
  held = 0;

  /** One of those that waited will never be acknowledged. True when nobody else has the message or may get it yet. */
  giveUp(): boolean {
    this.held--;
    return !this.isReceived && this.held <= 0;
  }
}

/**
 * Has `recipients` hold `message` together, which is about to be sent to each of them. Called again for the same message
 * it gives the same copies, for others to join.
 */
export function holdTogether(message: Element, recipients: readonly Session[]): Copies {
  for (const { outbox } of recipients) {
    const known = outbox.unacked?.expected(message);
    if (known !== undefined) return known;
  }
  const copies = new Copies();
  for (const session of recipients) join(copies, message, session);
  return copies;
}

/** Has `session` hold `stanza`, which is about to be sent to it, as one of `copies`. */
export function join(copies: Copies, stanza: Element, session: Session): void {
  const { unacked } = session.outbox;
  if (unacked === undefined) copies.isReceived = true;
  else unacked.expect(stanza, copies);
}

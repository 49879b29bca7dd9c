/** Refusals of a room. They say that it is the room which refuses (RFC 6120 section 8.3.1, `by`), not somebody behind it. */
import type { Jid } from '../../jid/jid.ts';
import { type StanzaCondition, StanzaError } from '../../stanza/error.ts';
import type { Element } from '../../xml/element.ts';

export class RoomError extends StanzaError {
  readonly #by: Jid;

  constructor(by: Jid, error: StanzaError) {
    super(error.condition, error.text, {
      type: error.type,
      ...(error.application && { application: error.application }),
    });
    this.#by = by;
  }

  override toElement(xmlns: string): Element {
    return super.toElement(xmlns).withAttr('by', this.#by.bare);
  }
}

/** Short for what is written on nearly every page of this folder. */
export function refusal(condition: StanzaCondition, text?: string): StanzaError {
  return new StanzaError(condition, text);
}

/** For those who are not in the room (sections 7.4 and 7.5, XEP-0410 section 3.2): nothing they could send differently helps. */
export function outsider(text: string): StanzaError {
  return new StanzaError('not-acceptable', text, { type: 'cancel' });
}

/** SECURITY: an `<error/>` that goes on to another occupant must not name the real JID of whoever it comes from. */
export function withoutOrigin(error: Element): Element {
  return error.withAttr('by', undefined);
}

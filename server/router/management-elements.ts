/**
 * XEP-0198: the elements of stream management with clients and servers, read and written. They are no stanzas and are not
 * counted.
 */
import { wrapCounter } from '../session/unacked-queue.ts';
import { NS_STANZA_ERROR, type StanzaCondition } from '../stanza/error.ts';
import { StreamError } from '../stream/stream-error.ts';
import { type Element, el } from '../xml/element.ts';

export const NS_SM = 'urn:xmpp:sm:3';
/** Asks for an acknowledgement. */
export const REQUEST = `<r xmlns='${NS_SM}'/>`;
const MAX_COUNT = 2 ** 32 - 1;

/** The attribute `h`; undefined when it is no xs:unsignedInt (section 11). */
export function readCount(element: Element): number | undefined {
  const text = element.attr('h')?.trim();
  if (text === undefined || !/^\+?\d{1,16}$/.test(text)) return undefined;
  const count = Number(text);
  return count <= MAX_COUNT ? count : undefined;
}

/** Section 3: `resume` as xs:boolean, `max` in seconds. A `max` that is no positive number is a preference not stated. */
export function readEnable(element: Element): {
  readonly isResumeWanted: boolean;
  readonly maxSeconds: number | undefined;
} {
  const resume = element.attr('resume')?.trim();
  const max = element.attr('max')?.trim() ?? '';
  return {
    isResumeWanted: resume === 'true' || resume === '1',
    maxSeconds: /^\d{1,9}$/.test(max) && Number(max) > 0 ? Number(max) : undefined,
  };
}

/** Without `id` the session cannot be resumed. */
export function enabled(id?: string, maxSeconds?: number): Element {
  return el('enabled', NS_SM, {
    id,
    resume: id === undefined ? undefined : 'true',
    max: maxSeconds === undefined ? undefined : String(maxSeconds),
  });
}

export function resumed(id: string, handled: number): Element {
  return el('resumed', NS_SM, { h: String(wrapCounter(handled)), previd: id });
}

/** Section 6. `handled` tells a client whose session is over how far the server had come (section 5). */
export function failed(condition: StanzaCondition, handled?: number): Element {
  const h = handled === undefined ? undefined : String(wrapCounter(handled));
  return el('failed', NS_SM, { h }, el(condition, NS_STANZA_ERROR));
}

/** As text: it is what a busy server writes most often. */
export function acknowledgement(handled: number): string {
  return `<a xmlns='${NS_SM}' h='${wrapCounter(handled)}'/>`;
}

/** Section 6: the peer has acknowledged what was never sent. */
export function countTooHigh(h: number, sent: number): StreamError {
  const sendCount = wrapCounter(sent);
  return new StreamError(
    'undefined-condition',
    `You acknowledged ${h} stanzas, but only ${sendCount} have been sent to you.`,
    el('handled-count-too-high', NS_SM, { h: String(h), 'send-count': String(sendCount) }),
  );
}

/** XEP-0198: the elements of stream management between servers. They are no stanzas and are not counted. */
import { wrapCounter } from '../../session/unacked-queue.ts';
import { NS_STANZA_ERROR, type StanzaCondition } from '../../stanza/error.ts';
import { StreamError } from '../../stream/stream-error.ts';
import { type Element, el } from '../../xml/element.ts';

export const NS_SM = 'urn:xmpp:sm:3';
/** Asks for an acknowledgement. */
export const REQUEST = `<r xmlns='${NS_SM}'/>`;
export const MANAGEMENT_FEATURE = `<sm xmlns='${NS_SM}'><optional/></sm>`;
const MAX_COUNT = 2 ** 32 - 1;
/** Longer than any that is used; it comes back in `<resume/>`. */
const MAX_ID_LENGTH = 1_000;

/** The attribute `h`; undefined when it is no xs:unsignedInt (section 11). */
export function readHandled(element: Element): number | undefined {
  const text = element.attr('h')?.trim();
  if (text === undefined || !/^\+?\d{1,16}$/.test(text)) return undefined;
  const count = Number(text);
  return count <= MAX_COUNT ? count : undefined;
}

export function isTrue(value: string | undefined): boolean {
  return value === 'true' || value === '1';
}

/**
 * The SM-ID of `<enabled/>`, and for how long; undefined when the stream cannot be resumed.
 *
 * COMPAT(Prosody, 0.12): repeats `resume` of the request also where it cannot resume, and then gives no id.
 */
export function readEnabled(
  element: Element,
): { readonly id: string; readonly maxSeconds: number | undefined } | undefined {
  const id = element.attr('id') ?? '';
  if (!isTrue(element.attr('resume')) || id === '' || id.length > MAX_ID_LENGTH) return undefined;
  const max = element.attr('max')?.trim() ?? '';
  return { id, maxSeconds: /^\d{1,9}$/.test(max) && Number(max) > 0 ? Number(max) : undefined };
}

export function enableXml(): string {
  return `<enable xmlns='${NS_SM}' resume='true'/>`;
}

export function enabledXml(id: string, maxSeconds: number): string {
  const attributes = id === '' ? {} : { id, resume: 'true', max: String(maxSeconds) };
  return el('enabled', NS_SM, attributes).toXml();
}

export function resumeXml(id: string, handled: number): string {
  return el('resume', NS_SM, { h: String(wrapCounter(handled)), previd: id }).toXml();
}

export function resumedXml(id: string, handled: number): string {
  return el('resumed', NS_SM, { h: String(wrapCounter(handled)), previd: id }).toXml();
}

export function failedXml(condition: StanzaCondition): string {
  return el('failed', NS_SM, {}, el(condition, NS_STANZA_ERROR)).toXml();
}

export function acknowledgementXml(handled: number): string {
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

/** IQ answers (RFC 6120 section 8.2.3). */
import { type Element, el } from '../xml/element.ts';
import type { Iq } from './stanza.ts';

/** The result of a request, with its payload if it has one. */
export function resultOf(iq: Iq, payload?: Element): Element {
  const { element } = iq;
  return el(
    'iq',
    element.xmlns,
    { type: 'result', id: iq.id, from: element.attr('to'), to: element.attr('from') },
    payload,
  );
}

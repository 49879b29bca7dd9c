/** XEP-0297: Stanza Forwarding. A stanza inside another, whole. */
import { type Element, el } from '../xml/element.ts';

export const NS_FORWARD = 'urn:xmpp:forward:0';

/** `<forwarded/>` around a stanza, with the delay that tells when it was first seen, if it was kept. */
export function forwarded(stanza: Element, delay?: Element): Element {
  return el('forwarded', NS_FORWARD, undefined, delay, stanza);
}

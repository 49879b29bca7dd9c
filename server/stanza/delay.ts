/** XEP-0203: Delayed Delivery. Says when a stanza was first received by whoever kept it. */
import { parseJid } from '../jid/jid.ts';
import { type Element, el } from '../xml/element.ts';

export const NS_DELAY = 'urn:xmpp:delay';

/** A `<delay/>` of `by`, stamped with `atMs` (milliseconds since 1970) in the format of XEP-0082. */
export function delayElement(by: string, atMs: number, reason?: string): Element {
  return el('delay', NS_DELAY, { from: by, stamp: new Date(atMs).toISOString() }, reason);
}

/** `element` with a delay of `by`, unless it carries one of `by` already. */
export function withDelay(element: Element, by: string, atMs: number, reason?: string): Element {
  const isStamped = element.elements.some((child) => child.is('delay', NS_DELAY) && child.attr('from') === by);
  return isStamped ? element : element.plus(delayElement(by, atMs, reason));
}

/** SECURITY: a delay in the name of one of our domains (XEP-0203 section 2) is for the server alone to give. */
export function withoutForgedDelay(element: Element, domain: string): Element {
  return element.without((child) => child.is('delay', NS_DELAY) && isSpelling(child.attr('from'), domain));
}

function isSpelling(address: string | undefined, domain: string): boolean {
  return address === domain || (address !== undefined && parseJid(address)?.full === domain);
}

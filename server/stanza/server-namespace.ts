/**
 * RFC 6120 section 4.8: stanzas between servers are of `jabber:server`, and otherwise those of `jabber:client`. On the way out
 * nothing has to be done: what is written for the default namespace of one stream is right for the other.
 */
import type { Element } from '../xml/element.ts';
import { movedToClientNamespace } from './component-namespace.ts';

export const NS_SERVER = 'jabber:server';

/** The same in `jabber:client`; what stands inside an element of a third namespace is left as it came. */
export function fromServerNamespace(element: Element): Element {
  return movedToClientNamespace(element, NS_SERVER);
}

/**
 * XEP-0114: stanzas of `jabber:component:accept` are those of `jabber:client` in another namespace. On the way out nothing has to be
 * done: what is written for the default namespace of one stream is right for the other.
 */
import { createElement, type Element } from '../xml/element.ts';
import { NS_CLIENT } from './stanza.ts';

export const NS_COMPONENT = 'jabber:component:accept';

/** The same in `jabber:client`; what stands inside an element of a third namespace is left as it came. */
export function inClientNamespace(element: Element): Element {
  return movedToClientNamespace(element, NS_COMPONENT);
}

/** The same in `jabber:client` with all that is of the namespace `xmlns` like it. */
export function movedToClientNamespace(element: Element, xmlns: string): Element {
  if (element.xmlns !== xmlns) return element;
  const children = element.children.map((child) =>
    typeof child === 'string' ? child : movedToClientNamespace(child, xmlns),
  );
  return createElement(element.name, NS_CLIENT, element.attributes, children);
}

/**
 * XML elements as the whole server sees them: read-only, namespaces resolved, safe to share between stanzas.
 *
 * A name is always *local name + namespace*; prefixes are gone once the reader is through, so that what leaves is
 * self-contained whatever the sender declared on its stream header. Nothing here is ever changed in place: `with…`
 * returns a new element that shares everything else, also the text that was already serialized.
 */
import { isAttributeName, isNCName } from './names.ts';
import { NS_XML, NS_XMLNS } from './namespaces.ts';
import { serializeChildren, serializeElement } from './serializer.ts';

export { NS_XML } from './namespaces.ts';

export type Node = Element | string;

/** What may be put into an element by `el`: nothing at all is left out. */
export type Content = Element | string | undefined | readonly (Element | string | undefined)[];

export interface Element {
  /** Local name. */
  readonly name: string;
  /** Namespace of the element; the empty string when it has none. */
  readonly xmlns: string;
  /**
   * Attributes as name, value, name, value …: a flat list costs one array per element and cannot be confused by an
   * attribute called `__proto__`. Names are local; `xml:lang` stays `xml:lang`; any other attribute of a namespace is
   * `{namespace}name`. Namespace declarations are not attributes; no name occurs twice.
   */
  readonly attributes: readonly string[];
  readonly children: readonly Node[];
  /** The children that are elements. */
  readonly elements: readonly Element[];
  attr(name: string): string | undefined;
  is(name: string, xmlns: string): boolean;
  /** The first child element of that name; in `xmlns`, or in this element's own namespace when none is given. */
  child(name: string, xmlns?: string): Element | undefined;
  /** The text of this element itself, not of its descendants. */
  text(): string;
  /** Text of the child of that name, as with `child`; undefined when there is no such child. */
  childText(name: string, xmlns?: string): string | undefined;
  /**
   * A copy with the attribute set, or removed when the value is undefined. Shares the children.
   *
   * @throws TypeError for what can never be the name of an attribute, `xmlns` included.
   */
  withAttr(name: string, value: string | undefined): Element;
  /** A copy with other children. */
  withChildren(children: readonly Node[]): Element;
  /** A copy with one more child at the end. */
  plus(child: Element): Element;
  /** A copy without the child elements for which `drop` is true; itself when there are none. */
  without(drop: (child: Element) => boolean): Element;
  /** The element as XML for a place where `scope` is the default namespace. */
  toXml(scope?: string): string;
}

/** The inside of an element, shared by all copies that differ only in their root tag. */
interface Inside {
  readonly children: readonly Node[];
  xml: string | undefined;
}

const NO_CHILDREN: Inside = Object.freeze({ children: [], xml: '' });
const NO_ATTRIBUTES: readonly string[] = [];

class SharedElement implements Element {
  readonly name: string;
  readonly xmlns: string;
  readonly attributes: readonly string[];
  readonly #inside: Inside;

  constructor(name: string, xmlns: string, attributes: readonly string[], inside: Inside) {
    this.name = name;
    this.xmlns = xmlns;
    this.attributes = attributes;
    this.#inside = inside;
  }

  get children(): readonly Node[] {
    return this.#inside.children;
  }

  get elements(): readonly Element[] {
    return this.#inside.children.filter((child) => typeof child !== 'string');
  }

  attr(name: string): string | undefined {
    const list = this.attributes;
    for (let i = 0; i < list.length; i += 2) if (list[i] === name) return list[i + 1];
    return undefined;
  }

  is(name: string, xmlns: string): boolean {
    return this.name === name && this.xmlns === xmlns;
  }

  child(name: string, xmlns: string = this.xmlns): Element | undefined {
    for (const child of this.#inside.children) {
      if (typeof child !== 'string' && child.name === name && child.xmlns === xmlns) return child;
    }
    return undefined;
  }

  text(): string {
    const { children } = this.#inside;
    if (children.length === 1 && typeof children[0] === 'string') return children[0];
    let text = '';
    for (const child of children) if (typeof child === 'string') text += child;
    return text;
  }

  childText(name: string, xmlns?: string): string | undefined {
    return this.child(name, xmlns)?.text();
  }

  withAttr(name: string, value: string | undefined): Element {
    checkAttributeName(name);
    const attributes: string[] = [];
    let isPlaced = value === undefined;
    for (let i = 0; i < this.attributes.length; i += 2) {
      const key = this.attributes[i] as string;
      if (key !== name) {
        attributes.push(key, this.attributes[i + 1] as string);
      } else if (!isPlaced) {
        attributes.push(name, value as string);
        isPlaced = true;
      }
    }
    if (!isPlaced) attributes.push(name, value as string);
    return new SharedElement(this.name, this.xmlns, attributes, this.#inside);
  }

  withChildren(children: readonly Node[]): Element {
    return createElement(this.name, this.xmlns, this.attributes, children);
  }

  plus(child: Element): Element {
    return this.withChildren([...this.#inside.children, child]);
  }

  without(drop: (child: Element) => boolean): Element {
    const { children } = this.#inside;
    // Looked at first, because every stanza of a client comes by here and hardly one has anything to lose.
    if (!children.some((child) => typeof child !== 'string' && drop(child))) return this;
    return this.withChildren(children.filter((child) => typeof child === 'string' || !drop(child)));
  }

  toXml(scope = ''): string {
    const inside = this.#inside;
    inside.xml ??= serializeChildren(inside.children, this.xmlns);
    return serializeElement(this, scope, inside.xml);
  }

  toString(): string {
    return this.toXml();
  }
}

/**
 * An element from its parts, for those who already have them in that shape (the reader). The parts are kept, not copied,
 * and must be right: nothing is checked here.
 */
export function createElement(
  name: string,
  xmlns: string,
  attributes: readonly string[],
  children: readonly Node[],
): Element {
  return new SharedElement(name, xmlns, attributes, children.length === 0 ? NO_CHILDREN : { children, xml: undefined });
}

/**
 * An element to send: `el('query', NS_ROSTER, { ver: '1' }, items)`. Attributes and children that are undefined are
 * left out, so that optional parts need no `if`.
 *
 * @throws TypeError for names and namespaces that could not be written as XML: a mistake in our code must not break the
 * stream of whoever receives the element.
 */
export function el(
  name: string,
  xmlns: string,
  attributes?: Readonly<Record<string, string | undefined>>,
  ...content: readonly Content[]
): Element {
  if (!isNCName(name)) throw new TypeError(`not the name of an element: ${name}`);
  if (xmlns === NS_XML || xmlns === NS_XMLNS) throw new TypeError(`not the namespace of an element: ${xmlns}`);
  let flat = NO_ATTRIBUTES as string[];
  if (attributes !== undefined) {
    flat = [];
    for (const key of Object.keys(attributes)) {
      const value = attributes[key];
      if (value === undefined) continue;
      checkAttributeName(key);
      flat.push(key, value);
    }
  }
  const children: Node[] = [];
  for (const part of content) {
    if (part === undefined || part === '') continue;
    if (typeof part === 'object' && Symbol.iterator in part) {
      for (const child of part) if (child !== undefined && child !== '') children.push(child);
    } else {
      children.push(part);
    }
  }
  return createElement(name, xmlns, flat, children);
}

function checkAttributeName(name: string): void {
  if (!isAttributeName(name)) throw new TypeError(`not the name of an attribute: ${name}`);
}

/**
 * Text to elements, strictly: the tokenizer `saxes` finds tags and text and refuses what is not well-formed; here
 * namespaces are resolved, limits kept and what RFC 6120 forbids refused (section 11.1).
 *
 * `saxes` could resolve namespaces too, but it trims the names of namespaces and accepts local names that begin with a
 * digit, and takes a third more time.
 */
import { type SaxesAttributePlain, SaxesParser, type SaxesTagPlain } from 'saxes';
import { ClosingTag } from './closing-tag.ts';
import { createElement, type Element, type Node } from './element.ts';
import { readQName } from './names.ts';
import { checkDefaultNamespace, type Declarations, NamespaceScope } from './namespaces.ts';
import { XmlError } from './xml-error.ts';

export interface TreeLimits {
  /** Levels of elements below the root of a stream: 1 allows elements without child elements. */
  readonly maxDepth: number;
  /** Attributes of one element, namespace declarations included. */
  readonly maxAttributes: number;
}

export interface TreeEvents {
  /** The tag of the root was opened; only for a stream. `isEmpty` when the same tag closes it: `closed` follows at once. */
  opened(root: Element, defaultNamespace: string, prefixes: ReadonlyMap<string, string>, isEmpty: boolean): void;
  /** Complete: a child of the root for a stream, the root itself for a document. */
  element(element: Element): void;
  /** The root was closed; only for a stream. */
  closed(): void;
}

/** An element whose end was not seen yet. */
interface OpenElement {
  readonly name: string;
  readonly xmlns: string;
  readonly attributes: readonly string[];
  readonly defaultNamespace: string;
  readonly declarations: Declarations | undefined;
  children: Node[] | undefined;
}

const NO_ATTRIBUTES: readonly string[] = Object.freeze([]);
const NO_CHILDREN: readonly Node[] = Object.freeze([]);

export class TreeBuilder {
  limits: TreeLimits;
  readonly #events: TreeEvents;
  /** How many open elements are not part of what is delivered: the root of a stream. */
  readonly #outside: 0 | 1;
  readonly #saxes = new SaxesParser({
    xmlns: false,
    position: false,
    // An XML 1.0 processor reads "1.1" as 1.0 (XML 1.0, section 2.8), and XMPP knows 1.0 only (RFC 6120, section 11.8).
    forceXMLVersion: true,
    defaultXMLVersion: '1.0',
  });
  readonly #scope = new NamespaceScope();
  readonly #open: OpenElement[] = [];
  readonly #closingTag = new ClosingTag();
  readonly #onText = (text: string): void => this.#addText(text);
  /** UTF-16 units that were written before the text that is being read. */
  #before = 0;
  #repeated = 0;

  /** Of the tag that is being read. */
  #attributes: string[] | undefined;
  #attributeCount = 0;
  #hasPrefixedAttributes = false;
  #declarations: Declarations | undefined;
  #defaultNamespace: string | undefined;

  constructor(kind: 'stream' | 'document', events: TreeEvents, limits: TreeLimits) {
    this.#events = events;
    this.#outside = kind === 'stream' ? 1 : 0;
    this.limits = limits;
    const saxes = this.#saxes;
    reserveListeners(saxes);
    saxes.on('error', (error) => {
      throw asXmlError(error);
    });
    saxes.on('xmldecl', ({ encoding }) => {
      if (encoding === undefined || encoding.toLowerCase() === 'utf-8') return;
      throw new XmlError('unsupported-encoding', 'Only UTF-8 is supported.');
    });
    saxes.on('comment', () => refuse('Comments are'));
    saxes.on('processinginstruction', () => refuse('Processing instructions are'));
    saxes.on('doctype', () => refuse('A document type declaration is'));
    saxes.on('attribute', (attribute) => this.#addAttribute(attribute));
    saxes.on('opentag', (tag) => this.#openElement(tag));
    saxes.on('closetag', (tag) => this.#closeElement(tag));
    saxes.on('cdata', (text) => this.#addText(text));
  }

  /** While an event is delivered: where in the text that is being read it happened, in UTF-16 units. */
  get index(): number {
    return this.#saxes.position - this.#before;
  }

  /**
   * What writing the element that is being read, or delivered, adds to what was read of it, in UTF-16 units: the
   * namespaces that it takes from further up must be spelled out at each place when it is written (see serializer.ts).
   *
   * SECURITY: a long namespace that is declared once and used by a thousand tags becomes a stanza that cuts off whoever
   * gets it. So this counts towards the size of a stanza.
   */
  get repeatedUnits(): number {
    return this.#repeated;
  }

  /**
   * Reads some more well-formed UTF-16. An event that throws ends the life of the builder, as an error does.
   *
   * @throws XmlError
   */
  write(text: string): void {
    // saxes would drop it; RFC 6120, section 11.6 wants U+FEFF read as a character, which none may be here.
    if (this.#before === 0 && text.startsWith('\uFEFF')) {
      throw new XmlError('not-well-formed', 'There is a byte order mark.');
    }
    this.#closingTag.see(text);
    this.#saxes.write(text);
    this.#closingTag.keepCut();
    this.#before += text.length;
  }

  /**
   * There is no more.
   *
   * @throws XmlError `not-well-formed` when the root was not closed or never opened.
   */
  end(): void {
    this.#saxes.close();
  }

  #addAttribute({ name, value }: SaxesAttributePlain): void {
    if (++this.#attributeCount > this.limits.maxAttributes) {
      throw new XmlError('policy-violation', `An element has more than ${this.limits.maxAttributes} attributes.`);
    }
    const { prefix, local } = readQName(name);
    if (prefix === 'xmlns') {
      this.#declarations ??= [];
      this.#scope.declare(local, value, this.#declarations);
    } else if (prefix === '' && local === 'xmlns') {
      checkDefaultNamespace(value);
      this.#defaultNamespace = value;
    } else {
      if (prefix !== '') this.#hasPrefixedAttributes = true;
      this.#keepAttribute(prefix === '' ? local : name, value);
    }
  }

  #keepAttribute(name: string, value: string): void {
    if (this.#attributes === undefined) this.#attributes = [name, value];
    else this.#attributes.push(name, value);
  }

  #openElement(tag: SaxesTagPlain): void {
    const open = this.#open;
    if (open.length - this.#outside >= this.limits.maxDepth) {
      throw new XmlError('policy-violation', `Elements are nested more than ${this.limits.maxDepth} deep.`);
    }
    const { prefix, local } = readQName(tag.name);
    const parent = open.at(-1);
    const defaultNamespace = this.#defaultNamespace ?? parent?.defaultNamespace ?? '';
    const xmlns = prefix === '' ? defaultNamespace : this.#resolve(prefix);
    const isInside = open.length > this.#outside;
    if (isInside && xmlns !== parent?.xmlns && !this.#isDeclaredHere(prefix)) this.#repeated += xmlns.length;
    const element: OpenElement = {
      name: local,
      xmlns,
      attributes: this.#hasPrefixedAttributes ? this.#resolveAttributes() : (this.#attributes ?? NO_ATTRIBUTES),
      defaultNamespace,
      declarations: this.#declarations,
      children: undefined,
    };
    this.#attributes = undefined;
    this.#attributeCount = 0;
    this.#hasPrefixedAttributes = false;
    this.#declarations = undefined;
    this.#defaultNamespace = undefined;
    open.push(element);
    if (open.length > this.#outside) {
      if (open.length === this.#outside + 1) this.#saxes.on('text', this.#onText);
    } else {
      this.#announceRoot(element, tag.isSelfClosing);
    }
  }

  /** Whether the tag that is being read declares `prefix`, or the default namespace when it is empty. */
  #isDeclaredHere(prefix: string): boolean {
    if (prefix === '') return this.#defaultNamespace !== undefined;
    const declarations = this.#declarations;
    for (let i = 0; i < (declarations?.length ?? 0); i += 2) if (declarations?.[i] === prefix) return true;
    return false;
  }

  #announceRoot(root: OpenElement, isEmpty: boolean): void {
    const prefixes = new Map<string, string>();
    for (let i = 0; i < (root.declarations?.length ?? 0); i += 2) {
      const prefix = root.declarations?.[i] as string;
      prefixes.set(prefix, this.#resolve(prefix));
    }
    const element = createElement(root.name, root.xmlns, root.attributes, NO_CHILDREN);
    this.#events.opened(element, root.defaultNamespace, prefixes, isEmpty);
    this.#repeated = 0;
  }

  #closeElement(tag: SaxesTagPlain): void {
    const ended = this.#open.pop() as OpenElement;
    if (ended.declarations !== undefined) this.#scope.restore(ended.declarations);
    if (this.#open.length > this.#outside) {
      // If this was not the right closing tag, saxes says so before anything that contains it can be delivered.
      addChild(this.#open.at(-1) as OpenElement, asElement(ended));
      return;
    }
    if (!tag.isSelfClosing && this.#closingTag.nameBefore(this.index) !== tag.name) {
      throw new XmlError('not-well-formed', 'A closing tag does not match its opening tag.');
    }
    if (this.#open.length === this.#outside) {
      // Without a listener saxes does not collect text: what stands between the children of a root may go on for ever.
      this.#saxes.off('text');
      this.#events.element(asElement(ended));
      this.#repeated = 0;
    } else {
      this.#events.closed();
    }
  }

  #addText(text: string): void {
    if (this.#open.length <= this.#outside) {
      throw new XmlError('bad-format', 'There is text between the elements of the stream.');
    }
    const parent = this.#open.at(-1) as OpenElement;
    const { children } = parent;
    const last = children?.at(-1);
    if (children !== undefined && typeof last === 'string') children[children.length - 1] = last + text;
    else if (text !== '') addChild(parent, text);
  }

  #resolve(prefix: string): string {
    const uri = prefix === 'xmlns' ? undefined : this.#scope.resolve(prefix);
    if (uri === undefined) throw new XmlError('not-well-formed', 'A namespace prefix is not declared.');
    return uri;
  }

  /** The attributes with `{namespace}name` instead of `prefix:name`; two of the same expanded name are an error. */
  #resolveAttributes(): readonly string[] {
    const seen = new Set<string>();
    const attributes = this.#attributes as string[];
    for (let i = 0; i < attributes.length; i += 2) {
      const { prefix, local } = readQName(attributes[i] as string);
      if (prefix === '' || prefix === 'xml') continue; // only this prefix can mean that namespace: saxes saw duplicates
      const uri = this.#resolve(prefix);
      const name = `{${uri}}${local}`;
      this.#repeated += uri.length;
      if (seen.has(name)) throw new XmlError('not-well-formed', 'An attribute occurs twice.');
      seen.add(name);
      attributes[i] = name;
    }
    return attributes;
  }
}

/**
 * V8 turns an object into a slow dictionary when its eighth property is added through a computed name, as `on` does it;
 * then every character costs five times as much. Properties that exist already do no harm, so they are made here.
 */
function reserveListeners(saxes: object): void {
  const slots = saxes as Record<
    `${'error' | 'xmldecl' | 'comment' | 'pi' | 'doctype' | 'attribute' | 'openTag' | 'closeTag' | 'cdata' | 'text'}Handler`,
    undefined
  >;
  slots.errorHandler = undefined;
  slots.xmldeclHandler = undefined;
  slots.commentHandler = undefined;
  slots.piHandler = undefined;
  slots.doctypeHandler = undefined;
  slots.attributeHandler = undefined;
  slots.openTagHandler = undefined;
  slots.closeTagHandler = undefined;
  slots.cdataHandler = undefined;
  slots.textHandler = undefined;
}

function addChild(parent: OpenElement, child: Node): void {
  if (parent.children === undefined) parent.children = [child];
  else parent.children.push(child);
}

function asElement({ name, xmlns, attributes, children }: OpenElement): Element {
  return createElement(name, xmlns, attributes, children ?? NO_CHILDREN);
}

function refuse(what: string): never {
  throw new XmlError('restricted-xml', `${what} not allowed.`);
}

/** The sentences of saxes 6 are plain; some repeat a name that was read, which stays here. */
function asXmlError({ message }: Error): XmlError {
  if (message === 'undefined entity.') {
    return new XmlError('restricted-xml', 'Only the predefined entities are allowed.');
  }
  if (message === 'inappropriately located doctype declaration.') refuse('A document type declaration is');
  return new XmlError('not-well-formed', `The XML is not well-formed: ${message.replace(/:.*$/s, '.')}`);
}

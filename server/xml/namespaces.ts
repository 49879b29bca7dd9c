/** Namespaces in XML 1.0 (third edition): which prefix stands for what at the place that is being read. */
import { XmlError } from './xml-error.ts';

/** The namespace of `xml:lang`, bound to the prefix `xml` by definition (section 3). */
export const NS_XML = 'http://www.w3.org/XML/1998/namespace';
/** The namespace of the declarations themselves; nothing else may be in it (section 3). */
export const NS_XMLNS = 'http://www.w3.org/2000/xmlns/';

/** What one tag declared, to be taken back at its end: prefix, what it meant before, prefix, … */
export type Declarations = (string | undefined)[];

/**
 * The prefixes in scope. One table that each tag changes and its end restores: looking up and declaring cost the same
 * at any depth, however many prefixes an attacker declares.
 */
export class NamespaceScope {
  readonly #bound = new Map<string, string>([['xml', NS_XML]]);

  /** The namespace for a prefix; undefined when nobody declared it. */
  resolve(prefix: string): string | undefined {
    return this.#bound.get(prefix);
  }

  /**
   * Binds a prefix until `restore(declarations)`.
   *
   * @throws XmlError `not-well-formed` for what sections 3 and 6.1 reserve, and for taking a prefix back (section 2.2).
   */
  declare(prefix: string, uri: string, declarations: Declarations): void {
    if (prefix === 'xmlns' || uri === NS_XMLNS) throw reserved();
    if ((prefix === 'xml') !== (uri === NS_XML)) throw reserved();
    if (uri === '') throw new XmlError('not-well-formed', 'A namespace prefix was declared as empty.');
    declarations.push(prefix, this.#bound.get(prefix));
    this.#bound.set(prefix, uri);
  }

  /** Takes back what a tag declared. */
  restore(declarations: Declarations): void {
    for (let i = declarations.length - 2; i >= 0; i -= 2) {
      const prefix = declarations[i] as string;
      const before = declarations[i + 1];
      if (before === undefined) this.#bound.delete(prefix);
      else this.#bound.set(prefix, before);
    }
  }
}

/** Checks what is declared as the default namespace; the empty string takes the default back. */
export function checkDefaultNamespace(uri: string): void {
  if (uri === NS_XML || uri === NS_XMLNS) throw reserved();
}

function reserved(): XmlError {
  return new XmlError('not-well-formed', 'A reserved namespace or prefix was declared.');
}

/**
 * Elements to text. The only place where XML is written, so that the rule "what leaves is well-formed and
 * self-contained in its namespaces" is kept here and nowhere else.
 *
 * An element states its namespace as the default one wherever it differs from its surroundings; attributes of a
 * namespace get a prefix that is declared on the same tag.
 */
import type { Element, Node } from './element.ts';
import { NS_XML } from './namespaces.ts';

/** Text without any of these, most of all text, is written as it is after one look. Surrogates may be paired or not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const TEXT_SPECIAL = /[&<>\0-\x08\x0B-\x1F\uD800-\uDFFF\uFFFE\uFFFF]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ATTRIBUTE_SPECIAL = /[&<>"'\0-\x1F\uD800-\uDFFF\uFFFE\uFFFF]/;
/** What XML 1.0 section 2.2 does not allow as a character, lone surrogates included. */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const REPLACEMENTS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\t': '&#x9;',
};

/** Text as the content of an element. Characters that XML has no way to write become U+FFFD. */
export function escapeText(text: string): string {
  if (!TEXT_SPECIAL.test(text)) return text;
  return text.replace(NOT_XML, '\uFFFD').replace(/[&<>\r]/g, replacement);
}

/** Text as the value of an attribute in quotes of either kind. Line breaks survive the reader's normalization. */
export function escapeAttribute(text: string): string {
  if (!ATTRIBUTE_SPECIAL.test(text)) return text;
  return text.replace(NOT_XML, '\uFFFD').replace(/[&<>"'\r\n\t]/g, replacement);
}

function replacement(character: string): string {
  return REPLACEMENTS[character] as string;
}

/** The tag of `element` around `inner`, for a place where `scope` is the default namespace. */
export function serializeElement(element: Element, scope: string, inner: string): string {
  const { xmlns, attributes } = element;
  // That namespace must not be the default one: its elements bear its prefix (Namespaces in XML 1.0, section 3).
  const name = xmlns === NS_XML ? `xml:${element.name}` : element.name;
  let tag = xmlns === scope || xmlns === NS_XML ? `<${name}` : `<${name} xmlns='${escapeAttribute(xmlns)}'`;
  for (let i = 0; i < attributes.length; i += 2) {
    tag += serializeAttribute(attributes[i] as string, attributes[i + 1] as string, i);
  }
  return inner === '' ? `${tag}/>` : `${tag}>${inner}</${name}>`;
}

function serializeAttribute(name: string, value: string, index: number): string {
  if (name.charCodeAt(0) !== 0x7b) return ` ${name}='${escapeAttribute(value)}'`; // not `{namespace}name`
  const end = name.lastIndexOf('}');
  const prefix = `a${index >> 1}`;
  return ` xmlns:${prefix}='${escapeAttribute(name.slice(1, end))}' ${prefix}:${name.slice(end + 1)}='${escapeAttribute(value)}'`;
}

/**
 * What stands inside an element of the namespace `scope`. It is right wherever that element stands: inside one of the
 * namespace of `xml:`, which is never the default one, every child states its own.
 */
export function serializeChildren(children: readonly Node[], scope: string): string {
  let xml = '';
  for (const child of children) xml += typeof child === 'string' ? escapeText(child) : child.toXml(scope);
  return xml;
}

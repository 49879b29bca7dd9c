/**
 * Names of elements and attributes: what is one, and how a prefix is told from the local name.
 *
 * A name must be one in the fourth *and* the fifth edition of XML 1.0. RFC 6120 means the fifth, which the tokenizer
 * checks; but libexpat, which reads for most other servers and many clients, knows the fourth only. A stanza with a name
 * that is new in the fifth would be accepted here and break the stream of whoever it is passed on to.
 */
import { NAME_RE as NAME_FOURTH_EDITION } from 'xmlchars/xml/1.0/ed4.js';
import { NC_NAME_RE as NC_NAME_FIFTH_EDITION } from 'xmlchars/xmlns/1.0/ed3.js';
import { NS_XML, NS_XMLNS } from './namespaces.ts';
import { XmlError } from './xml-error.ts';

/** A name as written, taken apart; `prefix` is the empty string when there is none. */
export interface QName {
  readonly prefix: string;
  readonly local: string;
}

/** Streams use a few hundred different names; ten times that leaves room and is some 200 KiB at most. */
const MAX_KNOWN_NAMES = 2000;
const MAX_KNOWN_LENGTH = 40;

const knownQNames = new Map<string, QName>();
const knownNCNames = new Set<string>();

/** True for a name without a colon (Namespaces in XML 1.0, production 4) that every XML processor accepts. */
export function isNCName(name: string): boolean {
  if (knownNCNames.has(name)) return true;
  const isOne = NC_NAME_FIFTH_EDITION.test(name) && NAME_FOURTH_EDITION.test(name);
  if (isOne && name.length <= MAX_KNOWN_LENGTH) {
    if (knownNCNames.size >= MAX_KNOWN_NAMES) knownNCNames.clear();
    knownNCNames.add(name);
  }
  return isOne;
}

/**
 * Takes a name apart that the tokenizer has read. Equal names give the same strings, so that comparing them is cheap.
 *
 * @throws XmlError `not-well-formed` when it is no QName (Namespaces in XML 1.0, production 7).
 */
export function readQName(name: string): QName {
  const known = knownQNames.get(name);
  if (known !== undefined) return known;
  const colon = name.indexOf(':');
  const prefix = colon === -1 ? '' : name.slice(0, colon);
  const local = name.slice(colon + 1);
  if (!isNCName(local) || (colon !== -1 && !isNCName(prefix))) {
    throw new XmlError('not-well-formed', 'A name is malformed.');
  }
  const qname = { prefix, local };
  if (name.length <= MAX_KNOWN_LENGTH) {
    if (knownQNames.size >= MAX_KNOWN_NAMES) knownQNames.clear();
    knownQNames.set(name, qname);
  }
  return qname;
}

/**
 * True for what `Element.attributes` may hold as a name: `local`, `xml:local` or `{namespace}local`; namespace
 * declarations are none, and the namespaces of `xml:` and of declarations cannot be spelled out.
 */
export function isAttributeName(name: string): boolean {
  if (name.startsWith('{')) return isQualifiedName(name);
  return name !== 'xmlns' && isNCName(name.startsWith('xml:') ? name.slice(4) : name);
}

function isQualifiedName(name: string): boolean {
  const end = name.lastIndexOf('}');
  const uri = name.slice(1, end);
  return end > 1 && uri !== NS_XML && uri !== NS_XMLNS && isNCName(name.slice(end + 1));
}

/** Whether a stanza is as a scene's script says. */
import type { Element, Node } from '../../server/xml/element.ts';
import { target } from './target.ts';

/** Matches any value of an attribute, or any text. */
export const ANY = '{any}';

/**
 * Undefined when `got` is as `want` says, else a sentence that tells the difference. The root may carry more
 * attributes than wanted; everything below must be exactly as written, white space between tags and ids of archived
 * messages aside.
 */
export function difference(want: Element, got: Element, isRoot = true): string | undefined {
  const here = `<${want.name} xmlns='${want.xmlns}'>`;
  if (want.name !== got.name || want.xmlns !== got.xmlns)
    return `wanted ${here}, got <${got.name} xmlns='${got.xmlns}'>`;
  for (let i = 0; i < want.attributes.length; i += 2) {
    const name = want.attributes[i] as string;
    const value = want.attributes[i + 1] as string;
    const found = got.attr(name);
    if (found === undefined) return `${here} lacks the attribute ${name}`;
    if (value !== ANY && value !== found) return `${here} has ${name}='${found}', wanted '${value}'`;
  }
  if (!isRoot && got.attributes.length > want.attributes.length) {
    const extra = got.attributes.filter((name, i) => i % 2 === 0 && want.attr(name) === undefined && !isAllowed(name));
    if (extra.length > 0) return `${here} has an attribute too many: ${extra.join(', ')}`;
  }
  const wanted = meaningful(want.children);
  const found = meaningful(got.name === 'message' && !wanted.some(isStanzaId) ? withoutIds(got) : got.children);
  if (wanted.length === 1 && wanted[0] === ANY && found.length === 1 && typeof found[0] === 'string') return undefined;
  if (wanted.length !== found.length) return `${here} has ${found.length} children, wanted ${wanted.length}`;
  for (const [i, child] of wanted.entries()) {
    const other = found[i];
    if (typeof child === 'string' || typeof other === 'string' || other === undefined) {
      if (child !== other) return `${here} holds ${String(other)}, wanted ${String(child)}`;
      continue;
    }
    const inner = difference(child, other, false);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Another server may know a default language, with which it marks stanzas (RFC 6120 section 8.1.5). */
function isAllowed(attribute: string): boolean {
  return target !== undefined && attribute === 'xml:lang';
}

/** What is archived carries an id (XEP-0359) that most scripts are not about; one that names ids must name them all. */
function withoutIds(message: Element): readonly Node[] {
  return message.children.filter((child) => !isStanzaId(child));
}

function isStanzaId(node: Node): boolean {
  return typeof node !== 'string' && node.is('stanza-id', 'urn:xmpp:sid:0');
}

function meaningful(children: readonly Node[]): readonly Node[] {
  return children.some((child) => typeof child !== 'string')
    ? children.filter((child) => typeof child !== 'string' || child.trim() !== '')
    : children;
}

/** Payloads in words, for subscribers whose clients do not know them (XEP-0060 section 12.7). */
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';

/** RFC 4287. */
export const NS_ATOM = 'http://www.w3.org/2005/Atom';

/** The `<body/>` that says the same as the payload; undefined when there is no way to tell. */
export function bodyOf(payload: Element): Element | undefined {
  if (!payload.is('entry', NS_ATOM)) return undefined;
  const lines = ['title', 'summary'].map((name) => payload.childText(name)?.trim()).filter(Boolean);
  return lines.length === 0 ? undefined : el('body', NS_CLIENT, undefined, lines.join('\n'));
}

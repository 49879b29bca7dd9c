/** One bookmark in both spellings: an item of XEP-0402, and a `<conference/>` in the list of XEP-0048. */
import { parseJid } from '../../jid/jid.ts';
import { createElement, type Element, el, type Node } from '../../xml/element.ts';

export const NS_BOOKMARKS = 'urn:xmpp:bookmarks:1';
/** The namespace of the older list, which is also the name of its PEP node. */
export const NS_STORAGE = 'storage:bookmarks';

/** What both spellings have a place for. Everything else is carried along by the side that knows it. */
const KNOWN_ATTRIBUTES: ReadonlySet<string> = new Set(['name', 'autojoin', 'jid']);
const KNOWN_CHILDREN: ReadonlySet<string> = new Set(['nick', 'password']);

/** Two bookmarks with the same digest say the same in what both spellings can say. */
export function digestOf(conference: Element): string {
  return JSON.stringify([
    conference.attr('name') ?? '',
    isAutojoin(conference.attr('autojoin')),
    conference.childText('nick') ?? '',
    conference.childText('password') ?? '',
  ]);
}

/** The bare JID that an address spells; undefined when it spells none. */
export function roomOf(address: string): string | undefined {
  return parseJid(address)?.bare;
}

/** For the item of a room, from a list; extensions and whatever else `former` holds stay (XEP-0402 section 2). */
export function toNative(listed: Element, former: Element | undefined): Element {
  const name = listed.attr('name');
  return cast({
    xmlns: NS_BOOKMARKS,
    attributes: [...(name === undefined ? [] : ['name', name]), ...autojoinOf(listed)],
    from: listed,
    former,
  });
}

/** For a list, from the item of a room (XEP-0402 section 5.3.1); what only `former` holds stays. */
export function toListed(room: string, conference: Element, former: Element | undefined): Element {
  const name = conference.attr('name');
  return cast({
    xmlns: NS_STORAGE,
    attributes: ['jid', room, ...(name === undefined ? [] : ['name', name]), ...autojoinOf(conference)],
    from: conference,
    former,
  });
}

interface Casting {
  readonly xmlns: string;
  readonly attributes: readonly string[];
  readonly from: Element;
  readonly former: Element | undefined;
}

function cast({ xmlns, attributes, from, former }: Casting): Element {
  const children: Node[] = [];
  for (const name of KNOWN_CHILDREN) {
    const text = from.childText(name);
    if (text !== undefined) children.push(el(name, xmlns, undefined, text));
  }
  if (former === undefined) return createElement('conference', xmlns, attributes, children);
  const own = former.attributes;
  const kept: string[] = [];
  for (let i = 0; i < own.length; i += 2) {
    const name = own[i] as string;
    if (!KNOWN_ATTRIBUTES.has(name)) kept.push(name, own[i + 1] as string);
  }
  const others = former.elements.filter((child) => child.xmlns !== xmlns || !KNOWN_CHILDREN.has(child.name));
  return createElement('conference', xmlns, [...attributes, ...kept], [...children, ...others]);
}

function autojoinOf(conference: Element): readonly string[] {
  const autojoin = conference.attr('autojoin');
  return autojoin === undefined ? [] : ['autojoin', autojoin];
}

/** The lexical forms of xs:boolean. */
function isAutojoin(value: string | undefined): boolean {
  return value === 'true' || value === '1';
}

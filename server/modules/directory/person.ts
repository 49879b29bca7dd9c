/** Somebody in the directory, and whether a search finds them. */
import type { Element } from '../../xml/element.ts';

const NS_VCARD = 'vcard-temp';

/** The fields of `jabber:iq:search` (XEP-0055 section 2). */
export const FIELDS = ['first', 'last', 'nick', 'email'] as const;

type Field = (typeof FIELDS)[number];

export interface Person extends Readonly<Record<Field, string>> {
  /** Bare JID. */
  readonly jid: string;
  /** The name to show. */
  readonly name: string;
}

/** In UTF-16 units, of each text. SECURITY: cards are as large as stanzas may be, and a search shows many of them. */
const MAX_TEXT = 256;

/** What somebody's vCard says; without a card there is still the address. */
export function personOf(jid: string, localpart: string, card: Element | undefined): Person {
  const name = card?.child('N', NS_VCARD);
  const nick = clip(card?.childText('NICKNAME'));
  return {
    jid,
    name: clip(card?.childText('FN')) || nick || localpart,
    first: clip(name?.childText('GIVEN')),
    last: clip(name?.childText('FAMILY')),
    nick,
    email: clip(card?.child('EMAIL', NS_VCARD)?.childText('USERID')),
  };
}

/** Not between the halves of a character. */
export function clip(text = ''): string {
  return text.length <= MAX_TEXT ? text : text.slice(0, MAX_TEXT).replace(/[\ud800-\udbff]$/, '');
}

/** What is looked for: in the fields of that name, or `anywhere`. */
export type Search = Partial<Readonly<Record<Field | 'anywhere', string>>>;

/** Whether every field that was filled in is part of what the person has there, without regard to case and accents. */
export function matches(person: Person, search: Search): boolean {
  const anywhere = fold(search.anywhere ?? '');
  const all = [person.jid, person.name, ...FIELDS.map((field) => person[field])];
  return (
    FIELDS.every((field) => fold(person[field]).includes(fold(search[field] ?? ''))) &&
    all.some((text) => fold(text).includes(anywhere))
  );
}

/** `Zoë` is found by `zoe`, and by `ZOË`. */
function fold(text: string): string {
  return text.trim().normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

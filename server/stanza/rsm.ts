/** XEP-0059: Result Set Management. Which page of a long result is asked for, and where the page that is sent stands in it. */
import { type Element, el } from '../xml/element.ts';
import { StanzaError } from './error.ts';

export const NS_RSM = 'http://jabber.org/protocol/rsm';

/** Far beyond every page that is ever sent, and what `xs:int` of the schema can hold. */
const MAX_INT = 2_147_483_647;

/** At most one of `after`, `before` and `index` is set. */
export interface PageRequest {
  /** The most items that who asks wants; 0 asks for the count alone (section 2.7). Undefined when it does not matter. */
  readonly max: number | undefined;
  /** The page begins behind the item of this id. */
  readonly after: string | undefined;
  /** The page ends in front of the item of this id; the empty string asks for the last page (section 2.5). */
  readonly before: string | undefined;
  /** The page begins with the item at this position, from 0 (section 2.6). */
  readonly index: number | undefined;
}

/** A request without `<set/>`: the first page, as large as the server likes. */
export const FIRST_PAGE: PageRequest = { max: undefined, after: undefined, before: undefined, index: undefined };

/** Where a page stands. An empty page has neither `first` nor `last` (section 2.2). */
export interface PageTaken {
  readonly first?: string | undefined;
  readonly last?: string | undefined;
  /** Position of `first` in the whole, from 0. */
  readonly index?: number | undefined;
  /** Length of the whole. */
  readonly count?: number | undefined;
}

/**
 * The `<set/>` of a request; `FIRST_PAGE` when `payload` has none. `bad-request` for numbers that are none, and for more
 * than one place to begin at, which the specification gives no meaning.
 */
export function readPageRequest(payload: Element): PageRequest | StanzaError {
  const set = payload.child('set', NS_RSM);
  if (set === undefined) return FIRST_PAGE;
  const max = readInteger(set, 'max');
  const index = readInteger(set, 'index');
  if (max instanceof StanzaError) return max;
  if (index instanceof StanzaError) return index;
  // COMPAT(several clients): an empty <after/> is sent for "from the beginning".
  const after = set.childText('after') || undefined;
  const before = set.childText('before');
  const places = [after, before, index].filter((place) => place !== undefined);
  if (places.length > 1) return new StanzaError('bad-request', 'A page begins at one place: after, before or index.');
  return { max, after, before, index };
}

function readInteger(set: Element, name: string): number | undefined | StanzaError {
  const text = set.childText(name)?.trim();
  if (text === undefined) return undefined;
  const value = /^\+?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= MAX_INT) return value;
  return new StanzaError('bad-request', `<${name}/> holds a whole number that is not negative.`);
}

/** The `<set/>` that goes with a page. */
export function pageElement({ first, last, index, count }: PageTaken): Element {
  return el(
    'set',
    NS_RSM,
    undefined,
    first === undefined ? undefined : el('first', NS_RSM, { index: index?.toString() }, first),
    last === undefined ? undefined : el('last', NS_RSM, undefined, last),
    count === undefined ? undefined : el('count', NS_RSM, undefined, String(count)),
  );
}

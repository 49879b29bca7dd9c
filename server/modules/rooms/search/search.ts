/** XEP-0433: Extended Channel Search. Finds the public rooms of this service. */
import type { Jid } from '../../../jid/jid.ts';
import { StanzaError } from '../../../stanza/error.ts';
import { formElement, NS_FORM, readSubmittedForm } from '../../../stanza/form.ts';
import { type PageRequest, pageElement, readPageRequest } from '../../../stanza/rsm.ts';
import { type Element, el } from '../../../xml/element.ts';
import { NS_SEARCH } from '../namespaces.ts';
import type { Room } from '../room.ts';
import { refusal } from '../room-error.ts';
import type { RoomService } from '../service.ts';
import {
  rateLimitRefusal,
  readSearch,
  SEARCH_FORM,
  SERVICE_TYPE,
  type Search,
  type SortKey,
  searchable,
  wholeListRefusal,
} from './search-request.ts';

const NS_ANONYMITY = 'urn:xmpp:channel-search:0:anonymity';
const MAX_PAGE = 100;

/** Where an item stands in the order, which is its id as well: so no page needs to be remembered (section 2). */
interface Position {
  readonly users: number;
  readonly address: string;
}

interface Found extends Position {
  readonly room: Room;
}

/** An empty request asks for the form. */
export function answerSearch(service: RoomService, payload: Element, from: Jid): Element | StanzaError {
  const x = payload.child('x', NS_FORM);
  if (x === undefined) return el('search', NS_SEARCH, undefined, formElement(SEARCH_FORM));
  const values = readSubmittedForm(x);
  if (values === undefined) return refusal('bad-request', 'There is no submitted form.');
  const search = readSearch(values);
  if (search instanceof StanzaError) return search;
  if (search.terms.length === 0) {
    const refused = wholeRefusal(service, from);
    if (refused !== undefined) return refused;
  }
  const page = readPageRequest(payload);
  if (page instanceof StanzaError) return page;
  const waitSeconds = service.searches.take(from.bare, service.host.config.maxSearches);
  if (waitSeconds > 0) return rateLimitRefusal(waitSeconds);
  return resultOf(find(service, search), page, search.sortKey);
}

function wholeRefusal({ host }: RoomService, from: Jid): StanzaError | undefined {
  const { wholeSearch } = host.config;
  if (wholeSearch === 'nobody') return wholeListRefusal('not-allowed');
  const mayHave = wholeSearch === 'everybody' || host.roleOf(from) !== undefined;
  return mayHave ? undefined : wholeListRefusal('forbidden');
}

/** SECURITY: only what disco#items of the service lists anyway. */
function find(service: RoomService, search: Search): readonly Found[] {
  if (!search.isForRooms) return [];
  const found: Found[] = [];
  for (const room of service.rooms) {
    const { configuration, isLocked, jid } = room;
    if (!configuration.isPublic || isLocked) continue;
    const users = room.occupants.count;
    if (users >= search.minUsers && matches(room, search)) found.push({ room, users, address: jid.bare });
  }
  const { sortKey } = search;
  return found.sort((a, b) => compare(a, b, sortKey));
}

/** Each word in one place or another. */
function matches({ configuration, jid }: Room, search: Search): boolean {
  if (search.terms.length === 0) return true;
  const places: string[] = [];
  if (search.inName) places.push(configuration.name || jid.local);
  if (search.inDescription) places.push(configuration.description);
  if (search.inAddress) places.push(jid.bare);
  const text = searchable(places.join('\n'));
  return search.terms.every((term) => text.includes(term));
}

function compare(a: Position, b: Position, sortKey: SortKey): number {
  if (sortKey === 'users' && a.users !== b.users) return b.users - a.users;
  return a.address < b.address ? -1 : a.address > b.address ? 1 : 0;
}

/** XEP-0059. A position that is asked for need not be there any more: what stands behind it is known all the same. */
function resultOf(found: readonly Found[], request: PageRequest, sortKey: SortKey): Element | StanzaError {
  const size = Math.min(request.max ?? MAX_PAGE, MAX_PAGE);
  const start = startOf(found, request, size, sortKey);
  if (start instanceof StanzaError) return start;
  const end =
    request.before === undefined ? start + size : start + Math.min(size, endOf(found, request, sortKey) - start);
  const items = found.slice(start, end);
  const first = items[0];
  const last = items.at(-1);
  return el(
    'result',
    NS_SEARCH,
    undefined,
    items.map(itemElement),
    pageElement({
      first: first && idOf(first),
      last: last && idOf(last),
      index: start,
      count: found.length,
    }),
  );
}

function startOf(found: readonly Found[], request: PageRequest, size: number, sortKey: SortKey): number | StanzaError {
  if (request.index !== undefined) return request.index;
  if (request.before !== undefined) {
    if (request.before !== '' && readId(request.before) === undefined) return noSuchPage();
    return Math.max(0, endOf(found, request, sortKey) - size);
  }
  if (request.after === undefined) return 0;
  const position = readId(request.after);
  if (position === undefined) return noSuchPage();
  const behind = found.findIndex((each) => compare(each, position, sortKey) > 0);
  return behind < 0 ? found.length : behind;
}

/** Where a page that is asked for by what follows it ends. */
function endOf(found: readonly Found[], { before = '' }: PageRequest, sortKey: SortKey): number {
  const position = readId(before);
  if (position === undefined) return found.length;
  const end = found.findIndex((each) => compare(each, position, sortKey) >= 0);
  return end < 0 ? found.length : end;
}

function idOf({ users, address }: Position): string {
  return `${users} ${address}`;
}

function readId(id: string): Position | undefined {
  const [, users, address] = /^(\d{1,9}) (\S+)$/.exec(id) ?? [];
  return users === undefined || address === undefined ? undefined : { users: Number(users), address };
}

/** XEP-0059 section 2.2. */
function noSuchPage(): StanzaError {
  return refusal('item-not-found', 'There is no such page.');
}

/** Section 6.2. */
function itemElement({ room, users, address }: Found): Element {
  const { name, description, lang, isMembersOnly, password, whois } = room.configuration;
  const text = (element: string, value: string) =>
    value === '' ? undefined : el(element, NS_SEARCH, undefined, value);
  return el(
    'item',
    NS_SEARCH,
    { address },
    text('name', name || room.jid.local),
    text('description', description),
    text('language', lang),
    text('nusers', String(users)),
    text('service-type', SERVICE_TYPE),
    // Left out rather than false: the example shows it without a value.
    text('is-open', !isMembersOnly && password === '' ? 'true' : ''),
    text('anonymity-mode', whois === 'anyone' ? `{${NS_ANONYMITY}}none` : 'muc_semianonymous'),
  );
}

/** The older list of bookmarks (XEP-0048) and the items of XEP-0402: how the one follows from the other. */
import { type Element, el } from '../../xml/element.ts';
import { digestOf, NS_BOOKMARKS, NS_STORAGE, roomOf, toListed, toNative } from './conference.ts';

/** An item of XEP-0402. */
export interface Bookmark {
  /** The room as its client spells it. */
  readonly id: string;
  readonly conference: Element;
  /** Of older items for the same room, which another client has spelt otherwise. */
  readonly formerIds?: readonly string[];
}

/** By the bare JID of the room. */
export type Bookmarks = ReadonlyMap<string, Bookmark>;

/** What a client has seen, by room: the digest of each bookmark. */
export type Seen = ReadonlyMap<string, string>;

export interface Changes {
  readonly published: readonly Bookmark[];
  /** Ids of items. */
  readonly retracted: readonly string[];
}

/** Of the items of a node those that are bookmarks; what else somebody has published there is left alone. */
export function readBookmarks(
  items: readonly { readonly id: string; readonly payload: Element | undefined }[],
): Bookmarks {
  const bookmarks = new Map<string, Bookmark>();
  for (const { id, payload } of items) {
    const room = roomOf(id);
    if (room !== undefined && payload?.is('conference', NS_BOOKMARKS) === true) {
      const former = bookmarks.get(room);
      const formerIds = former === undefined ? [] : [...(former.formerIds ?? []), former.id];
      bookmarks.set(room, { id, conference: payload, formerIds });
    }
  }
  return bookmarks;
}

/**
 * The list that shows `bookmarks`. Of `former` stay the order, what only the older spelling knows (addresses of web
 * pages, a client's own attributes) and entries that are no bookmarks of a room.
 */
export function listOf(bookmarks: Bookmarks, former: Element | undefined): Element {
  const left = new Map(bookmarks);
  const entries: Element[] = [];
  for (const entry of former?.elements ?? []) {
    const room = roomListedIn(entry);
    if (room === undefined) entries.push(entry);
    else {
      const bookmark = left.get(room);
      if (bookmark === undefined) continue; // removed, or listed twice
      entries.push(toListed(bookmark.id, bookmark.conference, entry));
      left.delete(room);
    }
  }
  for (const { id, conference } of left.values()) entries.push(toListed(id, conference, undefined));
  return el('storage', NS_STORAGE, undefined, entries);
}

/** What a list says about rooms, for `changesOf`. */
export function seenIn(list: Element): Seen {
  const seen = new Map<string, string>();
  for (const [room, conference] of conferencesIn(list)) seen.set(room, digestOf(conference));
  return seen;
}

/**
 * What must be published and retracted so that `bookmarks` become what `list` says. Unchanged ones are not touched
 * (XEP-0402 section 5.3.2).
 *
 * With `seen` only what the client has changed since counts: a list says nothing about bookmarks that another client
 * has made, changed or removed behind its back.
 */
export function changesOf(list: Element, bookmarks: Bookmarks, seen?: Seen): Changes {
  const listed = conferencesIn(list);
  const published: Bookmark[] = [];
  for (const [room, entry] of listed) {
    const digest = digestOf(entry);
    if (seen?.get(room) === digest) continue;
    const former = bookmarks.get(room);
    if (former !== undefined && digestOf(former.conference) === digest) continue;
    published.push({ id: former?.id ?? room, conference: toNative(entry, former?.conference) });
  }
  const retracted: string[] = [];
  for (const [room, { id, formerIds = [] }] of bookmarks) {
    if (!listed.has(room) && (seen === undefined || seen.has(room))) retracted.push(...formerIds, id);
  }
  return { published, retracted };
}

/** What must be published so that nothing that `list` names is missing; what there is stays as it is. */
export function additionsOf(list: Element, bookmarks: Bookmarks): readonly Bookmark[] {
  return [...conferencesIn(list)]
    .filter(([room]) => !bookmarks.has(room))
    .map(([room, entry]) => ({ id: room, conference: toNative(entry, undefined) }));
}

/** True when two lists show the same bookmarks of rooms, however they spell them. */
export function showsTheSame(list: Element, other: Element): boolean {
  const seen = seenIn(other);
  return (
    countRooms(list) === countRooms(other) && [...seenIn(list)].every(([room, digest]) => seen.get(room) === digest)
  );
}

/** `list` with the entries of rooms that it does not name and `other` does, so that what only those know is not lost. */
export function joined(list: Element, other: Element | undefined): Element {
  if (other === undefined) return list;
  const named = conferencesIn(list);
  const missing = other.elements.filter((entry) => {
    const room = roomListedIn(entry);
    return room !== undefined && !named.has(room);
  });
  return list.withChildren([...list.elements, ...missing]);
}

/** `list` and everything of `other` that it does not have. */
export function united(list: Element, other: Element): Element {
  const texts = new Set(list.elements.map((entry) => entry.toXml()));
  const both = joined(list, other);
  const others = other.elements.filter((entry) => roomListedIn(entry) === undefined && !texts.has(entry.toXml()));
  return both.withChildren([...both.elements, ...others]);
}

/** A room that is listed twice is what its last entry says, as if the client had set one after the other. */
function conferencesIn(list: Element): ReadonlyMap<string, Element> {
  const conferences = new Map<string, Element>();
  for (const entry of list.elements) {
    const room = roomListedIn(entry);
    if (room !== undefined) conferences.set(room, entry);
  }
  return conferences;
}

function countRooms(list: Element): number {
  return list.elements.filter((entry) => roomListedIn(entry) !== undefined).length;
}

/** Undefined for what is no bookmark of a room. */
function roomListedIn(entry: Element): string | undefined {
  const jid = entry.is('conference', NS_STORAGE) ? entry.attr('jid') : undefined;
  return jid === undefined ? undefined : roomOf(jid.trim());
}

/** Tigase's filters: what a device wants not to be woken for. */
import { parseJid } from '../../jid/jid.ts';
import type { Element } from '../../xml/element.ts';
import { isMentioned } from './mentions.ts';
import { NS_FILTER_GROUPCHAT, NS_FILTER_MUTED, NS_FILTER_UNKNOWN } from './namespaces.ts';
import type { Occasion } from './occasion.ts';

/** Of a room: for everything, or only when this nickname is mentioned. */
type RoomRule = { readonly allow: 'always' } | { readonly allow: 'mentioned'; readonly nick: string | undefined };

export interface Filters {
  readonly isUnknownIgnored: boolean;
  /** Bare JIDs. */
  readonly muted: ReadonlySet<string>;
  /** By bare JID; undefined when the client has no list of rooms, and all may wake it. */
  readonly rooms: ReadonlyMap<string, RoomRule> | undefined;
}

/** What is no JID is left out: a filter with a mistake in it still filters. */
export function readFilters(request: Element): Filters {
  const muted = request.child('muted', NS_FILTER_MUTED)?.elements.flatMap(bareJidOf) ?? [];
  const rooms = request.child('groupchat', NS_FILTER_GROUPCHAT)?.elements;
  return {
    isUnknownIgnored: request.child('ignore-unknown', NS_FILTER_UNKNOWN) !== undefined,
    muted: new Set(muted),
    rooms: rooms && new Map(rooms.flatMap((room) => bareJidOf(room).flatMap((jid) => ruleOf(jid, room)))),
  };
}

/** Whether `occasion` should wake the device. `isContact` says who is in the account's contact list. */
export function isWanted(
  filters: Filters,
  occasion: Occasion,
  account: string,
  isContact: (bare: string) => boolean,
): boolean {
  const { kind, from } = occasion;
  if (kind === 'room') {
    if (filters.muted.has(from.bare)) return false;
    if (filters.rooms === undefined) return true;
    // The list names the rooms of which notifications are wanted: “never” and not being there are the same.
    const rule = filters.rooms.get(from.bare);
    if (rule === undefined) return false;
    return rule.allow === 'always' || isMentioned(occasion, account, rule.nick);
  }
  if (filters.isUnknownIgnored && !isContact(from.bare)) return false;
  return kind === 'call' || !filters.muted.has(from.bare); // a conversation is muted, not the telephone
}

function bareJidOf(element: Element): readonly string[] {
  const jid = parseJid(element.attr('jid') ?? '');
  return jid === undefined ? [] : [jid.bare];
}

function ruleOf(jid: string, room: Element): readonly (readonly [string, RoomRule])[] {
  switch (room.attr('allow')) {
    case 'always':
      return [[jid, { allow: 'always' }]];
    case 'mentioned':
      return [[jid, { allow: 'mentioned', nick: room.attr('nick') ?? room.attr('nickname') }]];
    default:
      return [];
  }
}

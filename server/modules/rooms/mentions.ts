/** Whom a message names: by reference (XEP-0372), by explicit mention (XEP-0513), or in the text. */
import { type Jid, parseJid } from '../../jid/jid.ts';
import type { Element } from '../../xml/element.ts';

const NS_REFERENCE = 'urn:xmpp:reference:0';
const NS_MENTIONS = 'urn:xmpp:mentions:0';
/** XEP-0513 section 4.7 has a limit as well: a message that names more people is addressed to nobody in particular. */
const MAX_MENTIONS = 10;
/** Shorter nicknames are too often words. */
const MIN_NICK_LENGTH = 2;
const WORD = /[\p{L}\p{N}_]/u;

export interface Mentions {
  /** Bare JIDs. */
  readonly jids: ReadonlySet<string>;
  readonly nicks: ReadonlySet<string>;
  /** XEP-0421. */
  readonly occupantIds: ReadonlySet<string>;
  /** `urn:xmpp:mentions:0#channel`: the whole room. */
  readonly isForAll: boolean;
}

const NOBODY: Mentions = { jids: new Set(), nicks: new Set(), occupantIds: new Set(), isForAll: false };

export function readMentions(message: Element, room: Jid): Mentions {
  const found = message.elements.filter(
    (child) =>
      (child.is('mention', NS_MENTIONS) && !isQuiet(child)) ||
      (child.is('reference', NS_REFERENCE) && child.attr('type') === 'mention'),
  );
  if (found.length === 0 || found.length > MAX_MENTIONS) return NOBODY;
  const jids = new Set<string>();
  const nicks = new Set<string>();
  const occupantIds = new Set<string>();
  let isForAll = false;
  const named = (jid: Jid | undefined) => {
    if (jid === undefined) return;
    if (jid.bare !== room.bare) jids.add(jid.bare);
    else if (jid.resource !== '') nicks.add(jid.resource);
  };
  for (const mention of found) {
    const uri = mention.attr('uri');
    const occupantId = mention.attr('occupantid');
    if (mention.xmlns === NS_REFERENCE) named(readUri(uri));
    else if (mention.attr('mentions') !== undefined) isForAll ||= isForRoom(mention, room);
    else if (occupantId !== undefined) occupantIds.add(occupantId);
    else named(parseJid(mention.attr('jid') ?? ''));
  }
  return { jids, nicks, occupantIds, isForAll };
}

/** Whether `text` (in lower case) contains the nickname as a word of its own. */
export function isNamed(text: string, nick: string): boolean {
  const name = nick.toLowerCase();
  if (name.length < MIN_NICK_LENGTH) return false;
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!WORD.test(text[at - 1] ?? '') && !WORD.test(text[at + name.length] ?? '')) return true;
  }
  return false;
}

/** XEP-0513 section 4.6: not to be told, or only to those who are there. */
function isQuiet(mention: Element): boolean {
  return mention.child('noping') !== undefined || mention.child('active') !== undefined;
}

function isForRoom(mention: Element, room: Jid): boolean {
  if (mention.attr('mentions') !== `${NS_MENTIONS}#channel`) return false;
  const uri = mention.attr('uri');
  return uri === undefined || readUri(uri)?.full === room.bare;
}

/** RFC 5122, without query and fragment. */
function readUri(uri: string | undefined): Jid | undefined {
  const path = /^xmpp:([^?#]+)/.exec(uri ?? '')?.[1];
  if (path === undefined) return undefined;
  try {
    return parseJid(decodeURIComponent(path));
  } catch {
    return undefined;
  }
}

/**
 * JIDs (RFC 7622): prepared once when read, compared as strings ever after.
 *
 * Every distinct spelling is prepared once and remembered (bounded), because a server sees the same few thousand
 * addresses all day and preparation is dear.
 */
import { prepareDomainpart } from './domainpart.ts';
import { prepareLocalpart, prepareResourcepart } from './precis.ts';

/** A prepared JID. Two JIDs are the same when their `full` strings are. */
export interface Jid {
  /** Empty when there is none. */
  readonly local: string;
  readonly domain: string;
  /** Empty when there is none. */
  readonly resource: string;
  /** `localpart@domainpart`, or the domainpart alone. */
  readonly bare: string;
  /** The whole address; the same as `bare` when there is no resourcepart. */
  readonly full: string;
}

const MAX_REMEMBERED = 20_000;
/** In UTF-16 units. SECURITY: longer ones are prepared each time, so that a stranger cannot fill the memory with them. */
const MAX_REMEMBERED_LENGTH = 255;
/**
 * In UTF-16 units, to refuse cheaply before preparing. RFC 7622 section 3.1 allows three parts of 1023 octets and two
 * separators, but after normalization, which can shrink three units to two octets (a decomposed U+01D5) and no more.
 */
const MAX_JID_LENGTH = 4608;

let remembered = new Map<string, Jid>();
let older = new Map<string, Jid>();

/** The JID that `text` spells, or undefined when it is not one (answer `jid-malformed`). */
export function parseJid(text: string): Jid | undefined {
  const known = remembered.get(text) ?? older.get(text);
  if (known !== undefined) return known;
  if (text.length > MAX_REMEMBERED_LENGTH) return prepareJid(text);
  if (!text.isWellFormed()) return undefined;
  const own = ownCopy(text);
  const jid = prepareJid(own);
  if (jid !== undefined) remember(own, jid);
  return jid;
}

/** A slice keeps the whole string alive that it was cut from, here a chunk of the stream for every remembered JID. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** Two generations in place of a strict LRU: a hit costs one lookup and nothing is moved. */
function remember(text: string, jid: Jid): void {
  if (remembered.size >= MAX_REMEMBERED / 2) {
    older = remembered;
    remembered = new Map();
  }
  remembered.set(text, jid);
}

/** RFC 7622 section 3.1: the first slash ends the address, the first at-sign before it ends the localpart. */
function prepareJid(text: string): Jid | undefined {
  if (text.length === 0 || text.length > MAX_JID_LENGTH) return undefined;
  const slash = text.indexOf('/');
  const bare = slash < 0 ? text : text.slice(0, slash);
  const at = bare.indexOf('@');
  const domain = prepareDomainpart(at < 0 ? bare : bare.slice(at + 1));
  if (domain === undefined) return undefined;
  const local = at < 0 ? '' : prepareLocalpart(bare.slice(0, at));
  if (local === undefined || (at >= 0 && local === '')) return undefined;
  const resource = slash < 0 ? '' : prepareResourcepart(text.slice(slash + 1));
  if (resource === undefined || (slash >= 0 && resource === '')) return undefined;
  return joinJid(local, domain, resource);
}

/** A JID from parts that are prepared already (by `parseJid`, `prepareLocalpart` …). */
export function joinJid(local: string, domain: string, resource = ''): Jid {
  const bare = local === '' ? domain : `${local}@${domain}`;
  return { local, domain, resource, bare, full: resource === '' ? bare : `${bare}/${resource}` };
}

/** The same address without its resourcepart. */
export function bareJid(jid: Jid): Jid {
  return jid.resource === '' ? jid : joinJid(jid.local, jid.domain);
}

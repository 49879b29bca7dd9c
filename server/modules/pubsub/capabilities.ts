/** What a presence says of its client's capabilities (XEP-0115 section 4). */
import type { Element } from '../../xml/element.ts';

const NS_CAPS = 'http://jabber.org/protocol/caps';
/** In UTF-16 units: names of software, and hashes in base64. */
const MAX_NODE_LENGTH = 1_023;
const MAX_HASH_LENGTH = 255;

export interface Capabilities {
  readonly hash: string;
  readonly ver: string;
  /** What disco#info is asked about. */
  readonly node: string;
}

/** Undefined where it says nothing that has a hash; the format without one is no longer in use. */
export function readCapabilities(presence: Element): Capabilities | undefined {
  const c = presence.child('c', NS_CAPS);
  const hash = c?.attr('hash');
  const ver = c?.attr('ver');
  const node = c?.attr('node');
  if (hash === undefined || ver === undefined || node === undefined) return undefined;
  if (hash.length + ver.length > MAX_HASH_LENGTH || node.length > MAX_NODE_LENGTH) return undefined;
  return { hash, ver, node };
}

export function keyOf({ hash, ver }: Capabilities): string {
  return `${hash} ${ver}`;
}

/** XEP-0115 section 6.2. */
export function nodeOf({ node, ver }: Capabilities): string {
  return `${node}#${ver}`;
}

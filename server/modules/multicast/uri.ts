/** URIs as addresses (XEP-0033 section 4.2): those of XMPP are JIDs, all others lead where this server cannot go. */
import { type Jid, parseJid } from '../../jid/jid.ts';

const XMPP = /^xmpp:(?!\/\/)([^?#]+)$/i;
/** RFC 3986 section 3: a scheme, and something behind it that has no spaces. */
const URI = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i;

/** The JID of an RFC 5122 address without authority, query and fragment; undefined for every other URI. */
export function readXmppUri(uri: string): Jid | undefined {
  const path = XMPP.exec(uri)?.[1];
  if (path === undefined) return undefined;
  try {
    return parseJid(decodeURIComponent(path));
  } catch {
    return undefined; // it is no UTF-8
  }
}

export function isUri(text: string): boolean {
  return URI.test(text);
}

/** The authorization identity (RFC 6120 section 6.3.8): who signs in may act as nobody but himself. */
import { parseJid } from '../../jid/jid.ts';

/** True when `authzid` is empty or names the account itself, as a bare JID of `domain`. */
export function isOwnAuthzid(authzid: string, localpart: string, domain: string): boolean {
  if (authzid === '') return true;
  const jid = parseJid(authzid);
  return jid !== undefined && jid.resource === '' && jid.local === localpart && jid.domain === domain;
}

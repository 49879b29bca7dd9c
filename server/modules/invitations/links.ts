/** The links of invitations: `xmpp:` (XEP-0401, XEP-0445 section 2) in the forms that clients read, and the join page's. */
import type { Invitation } from '../../administration/invitation.ts';
import type { WebAddress } from '../../modulehost/web.ts';

/** 80 bits: enough that no other authority has them by chance or by trying, and little for a QR code. */
const AUTHORITY_DIGITS = 20;

/** Undefined for a new password, of which no client knows. */
export function invitationUri(
  { purpose, localpart, inviter }: Pick<Invitation, 'purpose' | 'localpart' | 'inviter'>,
  domain: string,
  token: string,
): string | undefined {
  const host = encodeURIComponent(domain);
  if (purpose === 'password') return undefined;
  if (purpose === 'account' && localpart !== undefined) {
    return `xmpp:${encodeURIComponent(localpart)}@${host}?register;preauth=${token}`;
  }
  if (inviter === undefined) return `xmpp:${host}?register;preauth=${token}`;
  const link = `xmpp:${encodeURIComponent(inviter)}@${host}?roster;preauth=${token}`;
  return purpose === 'account' ? `${link};ibr=y` : link;
}

/**
 * The join page with the token and the beginning of the authority's fingerprint behind the `#`, neither of which a browser
 * sends. By the fingerprint the page notices that it is another server's, as when the address now belongs to somebody
 * else. Undefined while the page's port is shut.
 */
export function joinPageLink({ join, authority }: WebAddress, token: string): string | undefined {
  if (join === undefined) return undefined;
  const digits = authority?.replaceAll(':', '').toLowerCase().slice(0, AUTHORITY_DIGITS);
  return digits === undefined ? `${join}#${token}` : `${join}#${token}.${digits}`;
}

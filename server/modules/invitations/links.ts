/** The `xmpp:` links of invitations (XEP-0401, XEP-0445 section 2), in the forms that clients read. */
import type { Invitation } from '../../administration/invitation.ts';

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

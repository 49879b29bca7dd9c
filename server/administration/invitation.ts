/** Invitations as administrators make and see them (XEP-0401, XEP-0445). */

/**
 * `account`: whoever has the token makes an account, and becomes a contact of the inviter, if there is one. `contact`:
 * somebody who has an account already becomes a contact of the inviter. `password`: a new password for an account.
 */
export type InvitationPurpose = 'account' | 'contact' | 'password';

/** `used`: as often as it may be. */
export type InvitationState = 'open' | 'used' | 'expired' | 'revoked';

export interface InvitationWish {
  readonly purpose: InvitationPurpose;
  /** The name that the new account gets; of `password`, the account that gets a new one. */
  readonly localpart?: string | undefined;
  /** Of the new account. */
  readonly role: string;
  /** In which the new account is to be. */
  readonly groups: readonly string[];
  /** Localpart of who becomes a contact of whoever comes. */
  readonly inviter?: string | undefined;
  /** Localpart of who asks for it: when that account goes, the invitation goes with it. Undefined for this computer. */
  readonly creator?: string | undefined;
  readonly maxUses: number;
  /** From now; the setting says when it is left out. */
  readonly lifetimeHours?: number | undefined;
  /** A guest's account: from when it is made until it is gone. For good when it is left out. */
  readonly accountLifetimeHours?: number | undefined;
}

export interface Invitation {
  readonly id: string;
  readonly purpose: InvitationPurpose;
  readonly localpart: string | undefined;
  readonly role: string;
  readonly groups: readonly string[];
  readonly inviter: string | undefined;
  readonly creator: string | undefined;
  readonly maxUses: number;
  readonly usesLeft: number;
  /** Milliseconds since 1970, here and below. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly accountLifetimeHours: number | undefined;
  readonly state: InvitationState;
}

/** What is told once, to who asked for it. SECURITY: a token must not get into any log. */
export interface IssuedInvitation extends Invitation {
  readonly token: string;
  /** The `xmpp:` link; undefined for a new password, of which no client knows. */
  readonly uri: string | undefined;
  /** The join page with the token in its fragment; undefined while its port is shut. */
  readonly page: string | undefined;
}

/** Somebody who has used an invitation. */
export interface InvitationUse {
  /** Bare JID. */
  readonly jid: string;
  readonly atMs: number;
  /** When an account that was made with it signed in first; undefined before, and for those that were there already. */
  readonly signedInAtMs: number | undefined;
}

/** An invitation and how far it has come. */
export interface FollowedInvitation extends Invitation {
  /**
   * When its page was opened first, as far as is known: since the server's start, and by a browser that runs scripts, as
   * only those tell.
   */
  readonly openedAtMs: number | undefined;
  /** The newest first, no more than are worth a look. */
  readonly uses: readonly InvitationUse[];
}

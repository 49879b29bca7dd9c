/** An account, as everybody sees it. */

export interface Account {
  /** Prepared (RFC 7622 section 3.3). */
  readonly localpart: string;
  /** One of `ROLES`, or a role of this installation's own. */
  readonly role: string;
  readonly isEnabled: boolean;
  /** Temporary and without a password (XEP-0175): goes with its session, and is no person in any list. */
  readonly isGuest: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

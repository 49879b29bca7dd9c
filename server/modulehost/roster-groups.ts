/** Contacts that stand in a roster although its owner did not put them there: members of shared groups. */
import type { Jid } from '../jid/jid.ts';

export interface SharedContact {
  /** Bare JID. */
  readonly jid: Jid;
  /** `from` is somebody who sees the account, and is not shown to it. */
  readonly subscription: 'both' | 'to' | 'from';
  /** What the contact is called, unless the roster's owner calls it otherwise. */
  readonly name: string;
  /** Names of the groups that show it. */
  readonly groups: readonly string[];
}

/** Where shared contacts come from. The same contact is the same object as long as it says the same. */
export interface SharedContacts {
  of(account: string): Iterable<SharedContact>;
  /** `contact` is a bare JID. */
  find(account: string, contact: string): SharedContact | undefined;
}

/** One contact of one account, as it was before a change if it was there. */
export interface SharedPair {
  readonly account: string;
  /** Bare JID of an account here. */
  readonly contact: Jid;
  readonly before?: SharedContact | undefined;
}

export interface Sharing {
  /** Looks anew at these contacts; presence and pushes go out at once. Naming one twice, or one that is as it was, does nothing. */
  changed(pairs: Iterable<SharedPair>): void;
  /** Shares nothing any more. */
  end(): void;
}

/** Groups of accounts, as administrators make and see them. */

/** The id of the group in which every account is. */
export const EVERYONE = 'everyone';

export interface Group {
  readonly id: string;
  readonly name: string;
  /** Every account is in it, and it cannot be removed. */
  readonly isEveryone: boolean;
  /** Its members see each other in their contact lists. */
  readonly isShared: boolean;
  /** Ids of other groups, whose members see those of this one. */
  readonly seenBy: readonly string[];
  /** The address of its room; undefined while it has none. */
  readonly room: string | undefined;
  /** Localparts, sorted. */
  readonly members: readonly string[];
}

export interface GroupWish {
  readonly name: string;
  readonly isShared: boolean;
  readonly seenBy: readonly string[];
  readonly hasRoom: boolean;
  readonly members: readonly string[];
}

/** What is left out stays as it is. */
export interface GroupChange {
  readonly name?: string | undefined;
  readonly isShared?: boolean | undefined;
  readonly seenBy?: readonly string[] | undefined;
  readonly hasRoom?: boolean | undefined;
}

/** What modules may ask of each other: by typed token, so that no module imports another. */

/** Names a service and carries its type. */
export interface ServiceToken<T> {
  readonly name: string;
  /** Never set: it only holds the type. */
  readonly type?: T;
}

/** A service together with who does it, for a module's `provides`. */
export interface Provided {
  readonly token: ServiceToken<unknown>;
  readonly service: unknown;
}

export function provide<T>(token: ServiceToken<T>, service: T): Provided {
  return { token, service };
}

/** RFC 6121 sections 2 to 4. Contacts are bare JIDs, accounts are localparts. */
export interface RosterService {
  /** True when `contact` may see the account's presence (subscription `from` or `both`). */
  isSubscribed(account: string, contact: string): boolean;
  /** True when the account may see the presence of `contact` (subscription `to` or `both`). */
  isSubscribedTo(account: string, contact: string): boolean;
  /** True when `contact` is in the roster, in whatever state. */
  hasContact(account: string, contact: string): boolean;
  /** Shows the account as unavailable to a contact that had seen it otherwise. */
  withdrawPresence(account: string, contact: string): void;
  /** Shows a subscribed contact the presence of all available resources again. */
  sharePresence(account: string, contact: string): void;
}

export const ROSTER: ServiceToken<RosterService> = { name: 'roster' };

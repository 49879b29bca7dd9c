/** What modules may ask of each other: by typed token, so that no module imports another. */
import type { Jid } from '../jid/jid.ts';
import type { Stream } from '../stream/stream.ts';
import type { Element } from '../xml/element.ts';

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
  /** Everybody in the roster, in whatever state. */
  contacts(account: string): Iterable<string>;
  /**
   * Adds a reason for which the server sends somebody neither presence nor probes in the account's name, asked each time
   * but by `withdrawPresence`. `contact` is a full JID where presence was directed to one. The function takes it back.
   */
  hideFrom(isHidden: (account: string, contact: Jid) => boolean): () => void;
}

export const ROSTER: ServiceToken<RosterService> = { name: 'roster' };

/** XEP-0191, for modules that send something to others in an account's name without a stanza of its sessions. */
export interface BlockingService {
  /** True when the account wants no stanza from this address and none sent to it. */
  isBlocked(account: string, address: Jid): boolean;
}

export const BLOCKING: ServiceToken<BlockingService> = { name: 'blocking' };

/** XEP-0054, for modules that read or fill in what an account tells about its owner. */
export interface VcardService {
  /** The `<vCard/>`; undefined when there is none. */
  read(account: string): Element | undefined;
  /** Replaces the card; one without children removes it. Resolves when it is on disk. */
  write(account: string, card: Element): Promise<void>;
}

export const VCARD: ServiceToken<VcardService> = { name: 'vcard' };

/** XEP-0012, for those who show it to administrators. */
export interface LastActivityService {
  /** When accounts last came or left, in milliseconds since 1970; without those that never came. */
  lastSeen(): ReadonlyMap<string, number>;
}

export const LAST_ACTIVITY: ServiceToken<LastActivityService> = { name: 'last-activity' };

/** XEP-0198, for those who carry it inside something else: SASL2 its `<resume/>`, Bind 2 its `<enable/>`. */
export interface StreamManagementService {
  /** The answer to `<enable/>` on a stream that has a resource; counting begins with it. */
  enable(stream: Stream, request: Element): Element;
  /**
   * Answers `<resume/>` on a stream that has an account and no resource. `reply` is called with `<resumed/>` or
   * `<failed/>` when that must be written, since what the client has not acknowledged follows at once. It is not called
   * when the stream was closed.
   */
  resume(stream: Stream, request: Element, reply: (answer: Element) => void): void | Promise<void>;
}

export const STREAM_MANAGEMENT: ServiceToken<StreamManagementService> = { name: 'stream-management' };

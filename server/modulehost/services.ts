/** What modules may ask of each other: by typed token, so that no module imports another. */
import type { Jid } from '../jid/jid.ts';
import type { StanzaError } from '../stanza/error.ts';
import type { Iq } from '../stanza/stanza.ts';
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

/** What an archive holds: one message as its owner sees it. */
export interface ArchivedMessage {
  /** XEP-0359: unique in every archive of this server, and sorts by time. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly element: Element;
}

/** XEP-0313 for whoever owns an archive: accounts have theirs, and rooms. `owner` is a bare JID. */
export interface ArchiveService {
  /** The id for a message that will be kept, for its `<stanza-id/>`. */
  newId(): string;
  /** Keeps a message. On disk with the writer's next commit; every read in between knows it already. */
  keep(owner: string, partner: Jid, message: ArchivedMessage): void;
  find(owner: string, id: string): ArchivedMessage | undefined;
  /** Puts another element in place of a message's, as a tombstone of XEP-0424. False when there is no such message. */
  replace(owner: string, id: string, element: Element): boolean;
  /** The last messages, oldest first. */
  latest(owner: string, limit: number): readonly ArchivedMessage[];
  /** Answers a request of `urn:xmpp:mam:2` for whoever may read this archive; the pages leave before the answer. */
  answer(request: ArchiveRequest): Element | StanzaError | undefined | Promise<Element | StanzaError | undefined>;
  /** Features of `urn:xmpp:mam:2` and its companions, for the disco#info of an owner that is not an account. */
  readonly features: readonly string[];
  /** Takes the whole archive away. Resolves when it is gone from the disk. */
  remove(owner: string): Promise<void>;
}

export interface ArchiveRequest {
  readonly owner: Jid;
  readonly iq: Iq;
  readonly payload: Element;
  /** Sends a page's `<message/>` to who asked. */
  readonly send: (message: Element) => void;
  /** The message as who asks may see it; rooms hide real addresses (XEP-0313 section 5.1.2). */
  readonly view?: (message: Element) => Element;
}

export const ARCHIVE: ServiceToken<ArchiveService> = { name: 'archive' };

/** XEP-0163 from the inside, for modules that keep something in an account's nodes. Accounts are localparts. */
export interface PepService {
  /** One item, or the last one of the node. */
  item(account: string, node: string, id?: string): PepItem | undefined;
  /** All items, oldest first. */
  items(account: string, node: string): readonly PepItem[];
  /** Publishes as the account itself; the node is made with `options` when there is none. Resolves when it is on disk. */
  publish(account: string, node: string, item: PepItem, options?: PepNodeOptions): Promise<void>;
  /** Resolves when it is gone from the disk. */
  retract(account: string, node: string, id: string): Promise<void>;
  /** Told of each change, whoever made it; the function takes the listener back. */
  onChange(listener: (change: PepChange) => void): () => void;
}

export interface PepItem {
  readonly id: string;
  readonly payload: Element | undefined;
}

export interface PepNodeOptions {
  readonly accessModel: 'open' | 'presence' | 'roster' | 'authorize' | 'whitelist';
  readonly maxItems?: number | 'max';
  readonly sendLastPublishedItem?: 'never' | 'on_sub' | 'on_sub_and_presence';
}

export interface PepChange {
  readonly account: string;
  readonly node: string;
  readonly published: readonly PepItem[];
  /** Ids of items that are gone; all of them when the node was purged or deleted. */
  readonly retracted: readonly string[];
}

export const PEP: ServiceToken<PepService> = { name: 'pep' };

/** XEP-0357, for whoever has something for an account that passes none of its stages: rooms, for members who are away. */
export interface PushService {
  /** Wakes those devices of the account that are not connected. */
  notify(account: string, message: Element): void;
}

export const PUSH: ServiceToken<PushService> = { name: 'push' };

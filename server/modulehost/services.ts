/** What modules may ask of each other: by typed token, so that no module imports another. */
import type { RosterEntry } from '../administration/deeds.ts';
import type { Jid } from '../jid/jid.ts';
import type { Session } from '../session/session.ts';
import type { StanzaError } from '../stanza/error.ts';
import type { Iq, Presence } from '../stanza/stanza.ts';
import type { GuestDoor } from '../stream/sasl/anonymous.ts';
import type { Element } from '../xml/element.ts';
import type { SharedContacts, Sharing } from './roster-groups.ts';

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
  /** True when `contact` is in the roster, in whatever state, or sees the account because of a group. */
  hasContact(account: string, contact: string): boolean;
  /** Shows the account as unavailable to a contact that had seen it otherwise. */
  withdrawPresence(account: string, contact: string): void;
  /** Shows a subscribed contact the presence of all available resources again. */
  sharePresence(account: string, contact: string): void;
  /**
   * Contacts of all accounts who can be reached again: shows those who may see it who is available here, asks for the
   * presence of those whom people here may see, and repeats requests that have no answer yet.
   */
  greet(isBack: (contact: Jid) => boolean): void;
  /** Contacts, and others who got directed presence, who can be reached no longer: shows them everybody as unavailable. */
  leave(isLeft: (contact: Jid) => boolean): void;
  /** Everybody in the roster, in whatever state, and whoever sees the account because of a group. */
  contacts(account: string): Iterable<string>;
  /** Everybody in the roster as the account's owner sees them. */
  entries(account: string): Iterable<RosterEntry>;
  /** The groups into which the account has put a contact. */
  groups(account: string, contact: string): readonly string[];
  /** Told of each change of a contact once it is on disk, before the contact hears of it; the function takes the listener back. */
  onChange(listener: (change: RosterChange) => void): () => void;
  /**
   * Told of each roster push, also of those that no session is interested in: the `<query/>` with one item. The function
   * takes the listener back.
   */
  onPush(listener: (account: string, query: Element) => void): () => void;
  /**
   * Adds a reason for which the server sends somebody neither presence nor probes in the account's name, asked each time
   * but by `withdrawPresence`. `contact` is a full JID where presence was directed to one. The function takes it back.
   */
  hideFrom(isHidden: (account: string, contact: Jid) => boolean): () => void;
  /**
   * Makes two accounts here each other's contacts who see each other's presence, as if both had asked and agreed. A list
   * that is full stays as it is. Resolves when it is on disk.
   */
  befriend(account: string, other: string): Promise<void>;
  /**
   * Grants a request in the place of the account's owner, since who asks is the contact `former` at a new address
   * (XEP-0283), and ends the subscription of `former`. Name and groups come along. False, and nothing is done, when
   * `former` may not see the account's presence, or when the list is full.
   */
  takeOver(account: string, former: Jid, request: Presence): boolean;
  /** From now on the contacts of `source` stand in the rosters as well; there is one source. */
  share(source: SharedContacts): Sharing;
}

/** What decides about access, before a change of a contact and after it. */
export interface RosterChange {
  readonly account: string;
  /** Bare JID. */
  readonly contact: Jid;
  readonly before: ContactAccess;
  readonly after: ContactAccess;
}

export interface ContactAccess {
  /** True when the contact may see the account's presence. */
  readonly isSubscribed: boolean;
  readonly groups: readonly string[];
}

export const ROSTER: ServiceToken<RosterService> = { name: 'roster' };

/** XEP-0191, for modules that send something to others in an account's name without a stanza of its sessions. */
export interface BlockingService {
  /** True when the account wants no stanza from this address and none sent to it. */
  isBlocked(account: string, address: Jid): boolean;
  /**
   * Shows `listener` each `<item/>` of a request to block, once its address is blocked and that is on disk. The request
   * is answered when what the listener returns has settled. The function takes the listener back.
   */
  onBlocked(listener: BlockedListener): () => void;
}

export type BlockedListener = (account: string, address: Jid, item: Element) => Promise<void> | undefined;

export const BLOCKING: ServiceToken<BlockingService> = { name: 'blocking' };

/** XEP-0054, for modules that read or fill in what an account tells about its owner. */
export interface VcardService {
  /** The `<vCard/>`; undefined when there is none. */
  read(account: string): Element | undefined;
  /** Replaces the card; one without children removes it. Every read knows it at once. Resolves when it is on disk. */
  write(account: string, card: Element): Promise<void>;
  /**
   * Told of each change, whoever made it, in the very turn in which it is made; the function takes the listener back.
   * A card that is gone, or was not there before, is undefined.
   */
  onChange(listener: (account: string, card: Element | undefined, before: Element | undefined) => void): () => void;
}

export const VCARD: ServiceToken<VcardService> = { name: 'vcard' };

/** XEP-0049, for modules that keep in a place of their own what clients store under one namespace. */
export interface PrivateXmlService {
  /** Lets `keeper` answer for a namespace from now on; the function takes it back. */
  entrust(xmlns: string, keeper: PrivateXmlKeeper): () => void;
  /** What is stored under a namespace from a time without a keeper. */
  read(account: string, xmlns: string): readonly Element[];
  /** Takes it away. Resolves when it is gone from the disk. */
  remove(account: string, xmlns: string): Promise<void>;
}

export interface PrivateXmlKeeper {
  /** `session` is the one that asks, when it is connected here. */
  read(account: string, session: Session | undefined): readonly Element[] | Promise<readonly Element[]>;
  /** Replaces everything. Resolves when it is on disk. */
  write(account: string, elements: readonly Element[], session: Session | undefined): Promise<void>;
}

export const PRIVATE_XML: ServiceToken<PrivateXmlService> = { name: 'private-xml' };

/** XEP-0012, for those who show it to administrators. */
export interface LastActivityService {
  /** When accounts last came or left, in milliseconds since 1970; without those that never came. */
  lastSeen(): ReadonlyMap<string, number>;
}

export const LAST_ACTIVITY: ServiceToken<LastActivityService> = { name: 'last-activity' };

/** XEP-0198, for those who tell clients about it. */
export interface StreamManagementService {
  /** After how much silence a device is asked whether it is still there. */
  readonly idleSeconds: number;
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
  /** Takes the whole archive away, but not what is kept from now on. Resolves when it is gone from the disk. */
  remove(owner: string): Promise<void>;
}

export interface ArchiveRequest {
  readonly owner: Jid;
  readonly iq: Iq;
  readonly payload: Element;
  /** Who asked, when it is a session of ours: a page waits until its client has read what was sent before. */
  readonly session?: Session | undefined;
  /** Sends a page's `<message/>`, whose addresses are set, to who asked; `id` is that of the message inside. */
  readonly send: (message: Element, id: string) => void;
  /** The message as who asks may see it; rooms hide real addresses (XEP-0313 section 5.1.2). */
  readonly view?: (message: Element) => Element;
}

export const ARCHIVE: ServiceToken<ArchiveService> = { name: 'archive' };

/** Where the archives of accounts meet what else keeps their messages. `owner` is a bare JID. */
export interface AccountArchiveService {
  /** Takes back the message that was kept last of all and is refused after all; any other one stays. */
  withdraw(owner: string, id: string): void;
  /**
   * Asks `listener` about every message of an account's archive that is about to be sent to one of its sessions in a
   * page; what it returns is called once the client has the message. The function takes the listener back.
   */
  onShown(listener: ShownListener): () => void;
}

export type ShownListener = (session: Session, id: string) => (() => void) | undefined;

export const ACCOUNT_ARCHIVE: ServiceToken<AccountArchiveService> = { name: 'account-archive' };

/** XEP-0163 from the inside, for modules that keep something in an account's nodes. Accounts are localparts. */
export interface PepService {
  /** One item, or the last one of the node. */
  item(account: string, node: string, id?: string): PepItem | undefined;
  /** All items, oldest first. */
  items(account: string, node: string): readonly PepItem[];
  /** Who may read a node; undefined when there is none. */
  accessModel(account: string, node: string): PepNodeOptions['accessModel'] | undefined;
  /** Changes how a node is set up; nothing happens when there is none. Resolves when it is on disk. */
  configure(account: string, node: string, options: PepNodeOptions): Promise<void>;
  /**
   * Publishes as the account itself; the node is made with `options` when there is none. Every read knows it at once.
   * Resolves when it is on disk.
   */
  publish(account: string, node: string, item: PepItem, options?: PepNodeOptions): Promise<void>;
  /** Resolves when it is gone from the disk. */
  retract(account: string, node: string, id: string): Promise<void>;
  /**
   * From now on nobody but its owner may read the node of any account, whatever a client says when it makes or configures
   * it. The function takes that back.
   */
  keepPrivate(node: string): () => void;
  /**
   * Told of each change, whoever made it, in the very turn in which it is made: what a listener writes then is committed
   * together with the change. The function takes the listener back.
   */
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
  /** The services that wake devices, of one account or of all, and whether they can. */
  services(account?: string): readonly PushServiceState[];
}

/** What is known of a push service. */
export interface PushServiceState {
  /** Its JID. */
  readonly service: string;
  /** How many devices it wakes. */
  readonly devices: number;
  readonly state: 'federation-off' | 'refused' | 'unreachable' | 'untried' | 'working';
  /** Why phones are not woken, as a sentence for people. */
  readonly explanation: string | undefined;
  /** When something was last tried, in milliseconds since 1970. */
  readonly atMs: number | undefined;
}

export const PUSH: ServiceToken<PushService> = { name: 'push' };

/** XEP-0175, for SASL ANONYMOUS. */
export const GUESTS: ServiceToken<GuestDoor> = { name: 'guests' };

/** XEP-0484, for who lists and revokes the access of clients. Clients are known by their `clientKey`. */
export interface TokensService {
  /** The clients of an account that could sign in with a token now. */
  holders(account: string): ReadonlySet<string>;
  /** Takes all tokens of a client back. Resolves when they are gone from the disk. */
  revoke(account: string, client: string): Promise<void>;
}

export const TOKENS: ServiceToken<TokensService> = { name: 'tokens' };

/** XEP-0494, for the window: the clients that have access to an account. */
export interface ClientAccessService {
  list(account: string): Promise<readonly AccessingClient[]>;
  /**
   * Ends a client's sessions and takes its tokens back. It cannot be made to forget the password: `password-known` says
   * that it could come back with it until that is changed, and that nothing was done unless `signOut` is set.
   */
  revoke(
    account: string,
    id: string,
    options?: { readonly signOut?: boolean },
  ): Promise<'revoked' | 'password-known' | 'unknown'>;
}

export interface AccessingClient {
  /** Opaque; names the client in `revoke`. */
  readonly id: string;
  /** True also while a session waits to be resumed. */
  readonly isConnected: boolean;
  /** Milliseconds since 1970. */
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** True when it has signed in with the password that the account has now. */
  readonly knowsPassword: boolean;
  /** True when it could sign in with a token. */
  readonly hasToken: boolean;
  /** What it says about itself; without that, `device` is its resource. */
  readonly software: string | undefined;
  readonly device: string | undefined;
}

export const CLIENT_ACCESS: ServiceToken<ClientAccessService> = { name: 'client-access' };

/** Lists of addresses from which nobody wants to hear, kept by others and followed by this server. */
export interface BlockListsService {
  /** True when the address, or everybody at its domain, stands on a list. Costs nothing while no list is followed. */
  isListed(address: Jid): boolean;
}

export const BLOCK_LISTS: ServiceToken<BlockListsService> = { name: 'block-lists' };

/** XEP-0363, for those who show shared files to administrators. */
export interface UploadService {
  /** The service's own address. */
  readonly address: Jid;
  /** Those that are there as a whole, the oldest first. */
  files(): readonly UploadedFile[];
  /** Bytes of all files. */
  totalBytes(): number;
  /** Resolves when it is gone from the disk; false when there is none. */
  remove(id: string): Promise<boolean>;
}

export interface UploadedFile {
  readonly id: string;
  /** Localpart of whose it is. */
  readonly account: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly uploadedAtMs: number | undefined;
}

/** XEP-0065: carries files between apps. */
export interface ProxyService {
  /** At which it listens; null when it does not. Settles when that is known. */
  readonly port: Promise<number | null>;
}

export const PROXY: ServiceToken<ProxyService> = { name: 'proxy' };

export const UPLOADS: ServiceToken<UploadService> = { name: 'uploads' };

/** XEP-0133 sections 4.23 to 4.28: what the server tells people itself. */
export interface AnnouncementsService {
  /** Tells everybody who is online now, each device; how many accounts these are. */
  send(text: string): number;
  /** The message of the day: told once to each account, now or when it comes next. Undefined when there is none. */
  readonly motd: string | undefined;
  /** What an account is told when it comes for the first time. */
  readonly welcome: string | undefined;
  /** Here and below: resolves when it is on disk. */
  setMotd(text: string): Promise<void>;
  /** Corrects it for those who have not been told yet; sets it when there is none. */
  editMotd(text: string): Promise<void>;
  removeMotd(): Promise<void>;
  setWelcome(text: string): Promise<void>;
  removeWelcome(): Promise<void>;
}

export const ANNOUNCEMENTS: ServiceToken<AnnouncementsService> = { name: 'announcements' };

/** XEP-0377, for those who show reports of spam and abuse to administrators. */
export interface ReportsService {
  /** Those that wait for somebody first, the newest first within each. */
  list(): readonly Report[];
  /** Somebody has looked into it. Resolves when it is on disk; false when no such report waits for somebody. */
  resolve(id: string): Promise<boolean>;
  /** Called after each change; the function takes the listener back. */
  onChange(listener: () => void): () => void;
}

export interface Report {
  readonly id: string;
  /** Bare JID of who complains. */
  readonly reporter: string;
  /** JID of whom it is about. */
  readonly reported: string;
  readonly reason: 'spam' | 'abuse';
  /** In the words of who complains. */
  readonly text: string | undefined;
  /** What was reported, as far as it is known here: the oldest first. */
  readonly messages: readonly { readonly id: string; readonly body: string | undefined }[];
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly isResolved: boolean;
}

export const REPORTS: ServiceToken<ReportsService> = { name: 'reports' };

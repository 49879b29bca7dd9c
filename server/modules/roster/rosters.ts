/**
 * The rosters in memory: read when first asked for, written through, so that the next stanza sees what the one before
 * it did although that is not on disk yet. Those with sessions or unfinished writes stay; of the rest the idle ones go.
 */
import type { Jid } from '../../jid/jid.ts';
import type { SharedContact, SharedContacts } from '../../modulehost/roster-groups.ts';
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import { type Contact, isModification, stranger } from './contact.ts';
import { isSameShared, merged, SharedDigest } from './merged.ts';
import {
  readContacts,
  readFloor,
  readVersion,
  removeContact,
  removeNotes,
  removeRoster,
  writeContact,
  writeVersion,
} from './store.ts';

/**
 * A crash can take back versions that clients have seen already. The first change after loading leaps over more of them
 * than can have been under way, so that no version ever stands for two contents.
 */
const LEAP = 1_000;

export interface Roster {
  readonly account: string;
  /**
   * Another one with every change that a client can see (RFC 6121 section 2.6): a number that grows with those of the
   * account's own, and behind it a digest of what is shared, which so needs to be on no disk.
   */
  readonly version: string;
  /** By bare JID, shared ones included, and those who only asked for a subscription and are not listed. */
  readonly contacts: ReadonlyMap<string, Contact>;
  /** What is the account's own of it, and on disk. One that is not listed may still say what a shared one is called. */
  readonly own: ReadonlyMap<string, Contact>;
}

interface LoadedRoster extends Roster {
  readonly contacts: Map<string, Contact>;
  readonly own: Map<string, Contact>;
  ownVersion: number;
  readonly digest: SharedDigest;
  /** What the next visible change adds to the version. */
  step: number;
  unfinishedWrites: number;
  /** Asked for since the last look for idle ones. */
  isRecent: boolean;
  /** A write failed, or the account was removed: to be read anew as soon as nothing of it is under way. */
  isSpoiled: boolean;
}

export interface RostersOptions {
  readonly reader: Reader;
  readonly writer: Writer;
  /** Rosters with sessions are never given up. */
  readonly isOnline: (account: string) => boolean;
  /** How many rosters without sessions are kept. */
  readonly maxIdle: number;
  /** Undefined while nothing is shared. */
  readonly shared: () => SharedContacts | undefined;
}

/** How a contact was, and is. */
export interface ContactChange {
  readonly before: Contact;
  readonly after: Contact;
}

export class Rosters {
  readonly #options: RostersOptions;
  readonly #loaded = new Map<string, LoadedRoster>();
  /** Told of each change of a contact, once it is on disk or shared; what follows from it for the contact has not happened yet. */
  readonly listeners = new Set<(account: string, before: Contact, after: Contact) => void>();
  #lookAtSize: number;

  constructor(options: RostersOptions) {
    this.#options = options;
    this.#lookAtSize = options.maxIdle;
  }

  of(account: string): Roster {
    return this.#load(account);
  }

  /** How many rosters are in memory. */
  get loadedCount(): number {
    return this.#loaded.size;
  }

  /** The contact as its owner sees it. */
  seen(account: string, jid: Jid): Contact {
    return this.#load(account).contacts.get(jid.bare) ?? stranger(jid);
  }

  /** What is the account's own of the contact. */
  ownOf(account: string, jid: Jid): Contact {
    return this.#load(account).own.get(jid.bare) ?? stranger(jid);
  }

  /** Puts `contact` in the place of what the account had of this JID on its own. Resolves when that is on disk. */
  put(account: string, contact: Contact): Promise<void> {
    const roster = this.#load(account);
    const { bare } = contact.jid;
    const before = this.seen(account, contact.jid);
    const isKept =
      contact.isListed || contact.request !== undefined || contact.name !== '' || contact.groups.length > 0;
    if (isKept) roster.own.set(bare, contact);
    else roster.own.delete(bare);
    const after = mix(roster, contact.jid, before.shared);
    const changes = [isKept ? writeContact(account, contact) : removeContact(account, bare)];
    if (isModification(before, after)) {
      roster.ownVersion += roster.step;
      roster.step = 1;
      changes.push(writeVersion(account, roster.ownVersion));
    }
    const finished = this.#finish(roster, this.#options.writer.write(changes));
    finished.then(
      () => this.#tell(account, before, after),
      () => undefined, // it is as it was
    );
    return finished;
  }

  /** True when the roster is in memory, so that it must be told of what is shared. */
  isLoaded(account: string): boolean {
    return this.#loaded.has(account);
  }

  /** How a contact becomes with what is shared now; undefined when that has not changed. */
  resharing(account: string, jid: Jid): ContactChange | undefined {
    const before = this.seen(account, jid);
    const shared = this.#options.shared()?.find(account, jid.bare);
    if (isSameShared(before.shared, shared)) return undefined;
    return { before, after: merged(this.#load(account).own.get(jid.bare), shared) ?? stranger(jid) };
  }

  /** Takes over what is shared now; undefined when that has not changed. */
  reshare(account: string, jid: Jid): ContactChange | undefined {
    const change = this.resharing(account, jid);
    if (change === undefined) return undefined;
    const roster = this.#load(account);
    roster.digest.replace(change.before.shared, change.after.shared);
    mix(roster, jid, change.after.shared);
    this.#tell(account, change.before, change.after);
    return change;
  }

  /** The same for a roster that was not in memory when it changed: whoever decides about access by it has to hear of it. */
  tellOfShared(account: string, jid: Jid, before: SharedContact): void {
    const own = this.#load(account).own.get(jid.bare);
    this.#tell(account, merged(own, before) ?? stranger(jid), this.seen(account, jid));
  }

  /** All are read anew, since there is another source of what is shared. */
  forgetShared(): void {
    for (const roster of this.#loaded.values()) {
      roster.isSpoiled = true;
      this.#forget(roster);
    }
  }

  /** Nobody calls somebody of the same name by what one who is gone was called. Resolves when it is on disk. */
  forgetNotes(bare: string): Promise<void> {
    for (const { own } of this.#loaded.values()) {
      const note = own.get(bare);
      if (note !== undefined && !note.isListed && note.request === undefined) own.delete(bare);
    }
    return this.#options.writer.write([removeNotes(bare)]);
  }

  /** Empties the roster of an account, in memory now and on disk soon. */
  clear(account: string): Promise<void> {
    const roster = this.#load(account);
    roster.contacts.clear();
    roster.own.clear();
    roster.digest.clear();
    roster.isSpoiled = true; // its version may not go on from here
    return this.#finish(roster, this.#options.writer.write(removeRoster(account)));
  }

  #load(account: string): LoadedRoster {
    const known = this.#loaded.get(account);
    if (known !== undefined) {
      known.isRecent = true;
      return known;
    }
    const { reader } = this.#options;
    const version = readVersion(reader, account);
    const own = new Map(readContacts(reader, account).map((contact) => [contact.jid.bare, contact]));
    const roster: LoadedRoster = {
      account,
      ownVersion: version ?? readFloor(reader),
      get version() {
        return `${this.ownVersion}${this.digest.text}`;
      },
      contacts: new Map(own),
      own,
      digest: new SharedDigest(),
      step: version === undefined ? 1 : LEAP,
      unfinishedWrites: 0,
      isRecent: true,
      isSpoiled: false,
    };
    for (const shared of this.#options.shared()?.of(account) ?? []) {
      roster.digest.replace(undefined, shared);
      mix(roster, shared.jid, shared);
    }
    if (this.#loaded.size >= this.#lookAtSize) this.#dropIdle();
    this.#loaded.set(account, roster);
    return roster;
  }

  #tell(account: string, before: Contact, after: Contact): void {
    for (const listener of this.listeners) listener(account, before, after);
  }

  #finish(roster: LoadedRoster, written: Promise<void>): Promise<void> {
    roster.unfinishedWrites++;
    const finished = written.then(
      () => {
        roster.unfinishedWrites--;
        if (roster.isSpoiled) this.#forget(roster);
      },
      (error) => {
        roster.unfinishedWrites--;
        roster.isSpoiled = true;
        this.#forget(roster);
        throw error;
      },
    );
    finished.catch(() => undefined); // the writer has logged it, and whoever does not promise anything need not look
    return finished;
  }

  /** Gives a roster up, to be read from disk again, once nothing of it is under way. */
  #forget(roster: LoadedRoster): void {
    if (roster.unfinishedWrites === 0 && this.#loaded.get(roster.account) === roster)
      this.#loaded.delete(roster.account);
  }

  /** Second chance: whoever was asked for since the last look stays until the next one. */
  #dropIdle(): void {
    const { isOnline, maxIdle } = this.#options;
    let idle = 0;
    for (const roster of this.#loaded.values()) {
      if (roster.unfinishedWrites > 0 || isOnline(roster.account)) continue;
      if (roster.isRecent && idle < maxIdle / 2) {
        roster.isRecent = false;
        idle++;
      } else {
        this.#loaded.delete(roster.account);
      }
    }
    this.#lookAtSize = this.#loaded.size + maxIdle / 2;
  }
}

/** Puts own and shared together into one contact; gives what is seen of it. */
function mix({ contacts, own }: LoadedRoster, jid: Jid, shared: SharedContact | undefined): Contact {
  const contact = merged(own.get(jid.bare), shared);
  if (contact === undefined) contacts.delete(jid.bare);
  else contacts.set(jid.bare, contact);
  return contact ?? stranger(jid);
}

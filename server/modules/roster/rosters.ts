/**
 * The rosters in memory: read when first asked for, written through, so that the next stanza sees what the one before
 * it did although that is not on disk yet. Those with sessions or unfinished writes stay; of the rest the idle ones go.
 */
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import { type Contact, isModification, stranger } from './contact.ts';
import {
  readContacts,
  readFloor,
  readVersion,
  removeContact,
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
  /** Grows with every change that a client can see (RFC 6121 section 2.6). */
  readonly version: number;
  /** By bare JID, with those who only asked for a subscription and are not listed. */
  readonly contacts: ReadonlyMap<string, Contact>;
}

interface LoadedRoster extends Roster {
  version: number;
  readonly contacts: Map<string, Contact>;
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
}

export class Rosters {
  readonly #options: RostersOptions;
  readonly #loaded = new Map<string, LoadedRoster>();
  /** Told of each change of a contact, once it is on disk; what follows from it for the contact has not happened yet. */
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

  /** Puts `contact` in the place of what was known of this JID. Resolves when that is on disk. */
  put(account: string, contact: Contact): Promise<void> {
    const roster = this.#load(account);
    const { bare } = contact.jid;
    const before = roster.contacts.get(bare);
    const isKept = contact.isListed || contact.request !== undefined;
    if (isKept) roster.contacts.set(bare, contact);
    else roster.contacts.delete(bare);
    const changes = [isKept ? writeContact(account, contact) : removeContact(account, bare)];
    if (isModification(before ?? stranger(contact.jid), contact)) {
      roster.version += roster.step;
      roster.step = 1;
      changes.push(writeVersion(account, roster.version));
    }
    const finished = this.#finish(roster, this.#options.writer.write(changes));
    finished.then(
      () => {
        for (const listener of this.listeners) listener(account, before ?? stranger(contact.jid), contact);
      },
      () => undefined, // it is as it was
    );
    return finished;
  }

  /** Empties the roster of an account, in memory now and on disk soon. */
  clear(account: string): Promise<void> {
    const roster = this.#load(account);
    roster.contacts.clear();
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
    const roster: LoadedRoster = {
      account,
      version: version ?? readFloor(reader),
      contacts: new Map(readContacts(reader, account).map((contact) => [contact.jid.bare, contact])),
      step: version === undefined ? 1 : LEAP,
      unfinishedWrites: 0,
      isRecent: true,
      isSpoiled: false,
    };
    if (this.#loaded.size >= this.#lookAtSize) this.#dropIdle();
    this.#loaded.set(account, roster);
    return roster;
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

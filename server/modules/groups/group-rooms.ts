/** Keeps the rooms of groups in step with them: who is in the group is a member of the room and has it bookmarked. */
import { EVERYONE } from '../../administration/group.ts';
import { prepareLocalpart } from '../../jid/precis.ts';
import type { Logger } from '../../log/log.ts';
import type { GroupRoomsService } from '../../modulehost/group-rooms.ts';
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import type { RoomBookmarks } from './bookmark.ts';
import * as store from './store.ts';

/** How many accounts get a bookmark at a time: enough for the disk to be busy, and little to hold in memory. */
const AT_A_TIME = 50;
const MAX_NAME_LENGTH = 40;

/** What a group wants of its room. */
export interface WantedRoom {
  readonly groupId: string;
  readonly title: string;
  readonly isOn: boolean;
  /** Localparts. */
  readonly members: ReadonlySet<string>;
}

export interface GroupRoomsOptions {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly log: Logger;
  readonly rooms: GroupRoomsService;
  readonly bookmarks: RoomBookmarks;
  readonly hasAccount: (localpart: string) => boolean;
  readonly wanted: () => Iterable<WantedRoom>;
}

export class GroupRooms {
  readonly #options: GroupRoomsOptions;
  /** By the group's id. */
  readonly #rooms = new Map<string, store.KeptRoom>();
  /** By the room's localpart, then by that of an account that is brought into it: whether something is still to be done. */
  readonly #entries = new Map<string, Map<string, 'due' | 'done'>>();
  #running: Promise<void> = Promise.resolve();
  #isDue = false;

  constructor(options: GroupRoomsOptions) {
    this.#options = options;
    for (const room of store.readRooms(options.reader)) this.#rooms.set(room.groupId, room);
    for (const { room, localpart, isDue } of store.readEntries(options.reader))
      this.#entriesOf(room).set(localpart, isDue ? 'due' : 'done');
  }

  /** The room's address; undefined while the group has none. */
  addressOf(groupId: string): string | undefined {
    const room = this.#rooms.get(groupId);
    return room?.isOn === true ? this.#address(room.room) : undefined;
  }

  /** Resolves when everything is as it shall be now. What fails is logged, and tried again the next time. */
  sync(): Promise<void> {
    if (!this.#isDue) {
      this.#isDue = true;
      this.#running = this.#running.then(() => {
        this.#isDue = false;
        return this.#bringInStep();
      });
    }
    return this.#running;
  }

  /** An account of this name, if there is one again, is somebody else. */
  forget(localpart: string): void {
    for (const entries of this.#entries.values()) entries.delete(localpart);
  }

  async #bringInStep(): Promise<void> {
    const left = new Set(this.#rooms.keys());
    for (const wanted of [...this.#options.wanted()]) {
      left.delete(wanted.groupId);
      await this.#attempt(() => this.#settle(wanted));
    }
    for (const groupId of left) await this.#attempt(() => this.#close(groupId));
  }

  async #settle(wanted: WantedRoom): Promise<void> {
    const { rooms } = this.#options;
    const { groupId, title, isOn, members } = wanted;
    const known = this.#rooms.get(groupId);
    if (known === undefined && !isOn) return;
    const before = known ?? { groupId, room: rooms.freeName(nameFor(wanted)), title, isOn };
    const now = { ...before, isOn, title };
    // Before the room is opened, so that none is left behind that belongs to nobody.
    if (known === undefined) await this.#note(now);
    await rooms.entrust(now.room, title);
    const hasNewTitle = before.title !== title;
    if (hasNewTitle || before.isOn !== isOn)
      await rooms.describe(now.room, { ...(hasNewTitle && { title }), isListed: isOn });
    const entries = this.#entriesOf(now.room);
    if (hasNewTitle) await this.#rename(now.room, [...entries.keys()], { from: before.title, to: title });
    if (hasNewTitle || before.isOn !== isOn) await this.#note(now);
    const gone = [...entries.keys()].filter((localpart) => !isOn || !members.has(localpart));
    await this.#leave(now.room, gone);
    if (isOn)
      await this.#enter(
        now.room,
        title,
        [...members].filter((localpart) => entries.get(localpart) !== 'done'),
      );
  }

  async #note(room: store.KeptRoom): Promise<void> {
    await this.#options.writer.write([store.writeRoom(room)]);
    this.#rooms.set(room.groupId, room);
  }

  /**
   * SECURITY: noted before the room knows of them. Whoever leaves the group is taken out of the room by these notes, also
   * after a crash, and when his bookmark could not be written.
   */
  async #enter(room: string, title: string, localparts: readonly string[]): Promise<void> {
    const { rooms, writer, hasAccount } = this.#options;
    const entries = this.#entriesOf(room);
    const unknown = localparts.filter((localpart) => !entries.has(localpart));
    await writer.write(unknown.map((localpart) => store.insertEntry(room, localpart)));
    for (const localpart of unknown) if (hasAccount(localpart)) entries.set(localpart, 'due');
    await rooms.admit(room, localparts.filter(hasAccount));
    await inTurns(localparts.filter(hasAccount), async (some) => {
      const told = await Promise.all(some.map((localpart) => this.#addBookmark(localpart, room, title)));
      const settled = some.filter((_, at) => told[at]);
      await writer.write(settled.map((localpart) => store.settleEntry(room, localpart)));
      for (const localpart of settled) if (entries.has(localpart)) entries.set(localpart, 'done');
    });
  }

  /** False when the account has no room for it: that is its owner's business, and nobody else has to wait for it. */
  async #addBookmark(localpart: string, room: string, title: string): Promise<boolean> {
    const { bookmarks, hasAccount, log } = this.#options;
    if (!hasAccount(localpart)) return false;
    try {
      await bookmarks.add(localpart, this.#address(room), title);
      return true;
    } catch (error) {
      log.warn({ err: error, account: localpart, room }, 'the room of a group could not be bookmarked');
      return false;
    }
  }

  async #leave(room: string, localparts: readonly string[]): Promise<void> {
    const { rooms, bookmarks, writer, hasAccount } = this.#options;
    await rooms.dismiss(room, localparts);
    await inTurns(localparts, async (some) => {
      const there = some.filter(hasAccount);
      await Promise.all(there.map((localpart) => bookmarks.remove(localpart, this.#address(room))));
      await writer.write(some.map((localpart) => store.removeEntry(room, localpart)));
      for (const localpart of some) this.#entriesOf(room).delete(localpart);
    });
  }

  #rename(room: string, localparts: readonly string[], name: { readonly from: string; readonly to: string }) {
    const { bookmarks, hasAccount } = this.#options;
    return inTurns(localparts.filter(hasAccount), async (some) => {
      await Promise.all(some.map((localpart) => bookmarks.rename(localpart, this.#address(room), name)));
    });
  }

  /** The group is gone. */
  async #close(groupId: string): Promise<void> {
    const { rooms, writer } = this.#options;
    const room = this.#rooms.get(groupId)?.room;
    if (room === undefined) return;
    await this.#leave(room, [...this.#entriesOf(room).keys()]);
    await rooms.close(room);
    await writer.write(store.removeRoom(room));
    this.#rooms.delete(groupId);
    this.#entries.delete(room);
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.log.error({ err: error }, 'the room of a group is not in step with it');
    }
  }

  #entriesOf(room: string): Map<string, 'due' | 'done'> {
    const entries = this.#entries.get(room) ?? new Map<string, 'due' | 'done'>();
    this.#entries.set(room, entries);
    return entries;
  }

  #address(room: string): string {
    return `${room}@${this.#options.rooms.domain}`;
  }
}

/** What can stand in an address, of the group's name; else its id. */
function nameFor({ groupId, title }: WantedRoom): string {
  if (groupId === EVERYONE) return EVERYONE;
  const words = title
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, MAX_NAME_LENGTH)
    .replace(/^-+|-+$/g, '');
  return prepareLocalpart(words) || groupId;
}

async function inTurns(localparts: readonly string[], work: (some: readonly string[]) => Promise<void>): Promise<void> {
  for (let at = 0; at < localparts.length; at += AT_A_TIME) await work(localparts.slice(at, at + AT_A_TIME));
}

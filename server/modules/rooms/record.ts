/** What was said in a room, for those who come later: in its archive, or in memory for as long as the room is there. */
import type { Jid } from '../../jid/jid.ts';
import type { ArchivedMessage, ArchiveService } from '../../modulehost/services.ts';
import type { Element } from '../../xml/element.ts';

export interface RoomRecord {
  /** `author` is an occupant JID, or the room's own. Ids come from the archive, so that a record can move into it. */
  keep(author: Jid, message: ArchivedMessage): void;
  find(id: string): ArchivedMessage | undefined;
  /** False when there is no such message. */
  replace(id: string, element: Element): boolean;
  /** The last messages, oldest first. */
  latest(limit: number): readonly ArchivedMessage[];
}

/** Reactions, markers and the like stand between the messages that a newcomer is shown: so much more is remembered. */
const ROOM_FOR_OTHERS = 2;

/** For rooms that are not on disk or whose owners want nothing kept: what newcomers are shown, and no more. */
export class MemoryRecord implements RoomRecord {
  #messages: ArchivedMessage[] = [];
  readonly #historyLength: () => number;

  constructor(historyLength: () => number) {
    this.#historyLength = historyLength;
  }

  keep(_author: Jid, message: ArchivedMessage): void {
    this.#messages.push(message);
    const surplus = this.#messages.length - this.#historyLength() * ROOM_FOR_OTHERS;
    if (surplus > 0) this.#messages.splice(0, surplus);
  }

  find(id: string): ArchivedMessage | undefined {
    return this.#messages.find((message) => message.id === id);
  }

  replace(id: string, element: Element): boolean {
    const index = this.#messages.findIndex((message) => message.id === id);
    const message = this.#messages[index];
    if (message === undefined) return false;
    this.#messages[index] = { ...message, element };
    return true;
  }

  latest(limit: number): readonly ArchivedMessage[] {
    return limit === 0 ? [] : this.#messages.slice(-limit);
  }
}

/** XEP-0313: all that was said, on disk. */
export class ArchiveRecord implements RoomRecord {
  readonly #archive: ArchiveService;
  /** Bare JID of the room. */
  readonly #owner: string;

  constructor(archive: ArchiveService, owner: string) {
    this.#archive = archive;
    this.#owner = owner;
  }

  keep(author: Jid, message: ArchivedMessage): void {
    this.#archive.keep(this.#owner, author, message);
  }

  find(id: string): ArchivedMessage | undefined {
    return this.#archive.find(this.#owner, id);
  }

  replace(id: string, element: Element): boolean {
    return this.#archive.replace(this.#owner, id, element);
  }

  latest(limit: number): readonly ArchivedMessage[] {
    return limit === 0 ? [] : this.#archive.latest(this.#owner, limit);
  }
}

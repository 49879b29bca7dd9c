/** A request to a room, and what comes of it. */
import type { StanzaError } from '../../stanza/error.ts';
import type { Iq } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';
import type { Actor } from './drawing.ts';
import type { Occupant } from './occupants.ts';
import type { Affiliation } from './privileges.ts';
import type { Room } from './room.ts';
import type { RoomService } from './service.ts';

export interface RoomRequest {
  readonly service: RoomService;
  readonly room: Room;
  readonly iq: Iq;
  readonly payload: Element;
  /** The sender, when that session is in the room. */
  readonly occupant: Occupant | undefined;
  readonly affiliation: Affiliation;
}

/** Something that was done: the result is sent when it is on disk, and what else there is to tell after it. */
export interface Done {
  readonly written: Promise<void>;
  /** Of the result. */
  readonly payload?: Element;
  readonly tell?: () => void;
}

/** The payload of the result, nothing, a refusal, or a deed; an archive answers when the disk has what it sends. */
export type Reply = Answer | Promise<Answer> | Done;
type Answer = Element | undefined | StanzaError;

export function actorOf({ iq, occupant, room }: RoomRequest): Actor {
  const known = occupant ?? room.occupants.ofUser(iq.from.bare)[0];
  return { jid: iq.from, nick: known?.nick };
}

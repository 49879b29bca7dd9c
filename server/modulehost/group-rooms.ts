/** Rooms that belong to a group: whoever is in the group is a member of the room, and nobody has to invite anybody. */
import type { ServiceToken } from './services.ts';

/** Rooms are named by their localpart, accounts by theirs. What returns a promise resolves when it is on disk. */
export interface GroupRoomsService {
  /** Of the rooms' addresses. */
  readonly domain: string;
  /** `wanted`, or something near it that no room is called; nobody else can open one of that name from now on. */
  freeName(wanted: string): string;
  /**
   * From now on the room is not closed by its people, and stays when it is empty. It is opened, for members only, when it
   * is not there.
   */
  entrust(room: string, title: string): Promise<void>;
  /** `isListed`: whether it can be found in the list of rooms. */
  describe(room: string, about: { readonly title?: string; readonly isListed?: boolean }): Promise<void>;
  /** Makes members of those who have no affiliation; neither they nor the room are sent an invitation. */
  admit(room: string, accounts: readonly string[]): Promise<void>;
  /** Takes every affiliation away but a ban: whoever is in the room has to go. */
  dismiss(room: string, accounts: readonly string[]): Promise<void>;
  /** Closes it, with all that was said in it. */
  close(room: string): Promise<void>;
}

export const GROUP_ROOMS: ServiceToken<GroupRoomsService> = { name: 'group-rooms' };

/** Groups of accounts: what modules and deeds may ask of them. */
import type { Group, GroupChange, GroupWish } from '../administration/group.ts';
import type { Change } from '../store/writer.ts';
import type { ServiceToken } from './services.ts';

/**
 * Deeds resolve when they are on disk and the group's room is in step, and reject with a `DeedError` when they are
 * refused. Groups are named by their id. Accounts are localparts.
 */
export interface GroupsService {
  /** Everyone first, then by name. */
  list(): readonly Group[];
  /** By id or by name, in whatever case. */
  find(idOrName: string): Group | undefined;
  create(wish: GroupWish): Promise<Group>;
  update(id: string, change: GroupChange): Promise<void>;
  /** Its room is closed, with all that was said in it. */
  remove(id: string): Promise<void>;
  addMembers(id: string, localparts: readonly string[]): Promise<void>;
  removeMembers(id: string, localparts: readonly string[]): Promise<void>;
  /** What puts an account into groups, by id or name, to be written along with its making. Groups that are gone are left out. */
  joining(localpart: string, groups: readonly string[]): readonly Change[];
  /** As the name will be written; `own` is the group that may have it already. @throws DeedError */
  checkName(wanted: string, own?: string): string;
  /** Resolves when all rooms are in step. */
  settled(): Promise<void>;
  /** Called after each change; the function takes the listener back. */
  onChange(listener: () => void): () => void;
}

export const GROUPS: ServiceToken<GroupsService> = { name: 'groups' };

/** The groups that there are, and the deeds on them. */
import { DeedError } from '../../administration/deed-error.ts';
import { EVERYONE, type Group, type GroupChange, type GroupWish } from '../../administration/group.ts';
import type { GroupsService } from '../../modulehost/groups.ts';
import type { Change } from '../../store/writer.ts';
import type { Members, MutableCircle } from './members.ts';
import * as store from './store.ts';

const ID_BYTES = 6;
const MAX_GROUPS = 500;
const MAX_NAME_LENGTH = 100;
/** SECURITY: with what turns the direction of text, a name would rearrange what stands around it in everybody's list. */
const UNSEEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

export interface GroupBookOptions {
  readonly members: Members;
  readonly randomId: (bytes: number) => string;
  readonly write: (changes: readonly Change[]) => Promise<void>;
  /** The address of a group's room. */
  readonly roomOf: (id: string) => string | undefined;
  /** Resolves when the rooms are in step. */
  readonly settled: () => Promise<void>;
  readonly onChange: (listener: () => void) => () => void;
}

export class GroupBook implements GroupsService {
  readonly #options: GroupBookOptions;
  /** One deed after the other, so that each checks what the one before has left. */
  #deeds: Promise<unknown> = Promise.resolve();

  constructor(options: GroupBookOptions) {
    this.#options = options;
  }

  list(): readonly Group[] {
    const groups = [...this.#circles].map(([id, circle]) => this.#group(id, circle));
    return groups.sort((a, b) => Number(b.isEveryone) - Number(a.isEveryone) || a.name.localeCompare(b.name));
  }

  find(idOrName: string): Group | undefined {
    const byId = this.#circles.get(idOrName);
    if (byId !== undefined) return this.#group(idOrName, byId);
    for (const [id, circle] of this.#circles) if (fold(circle.name) === fold(idOrName)) return this.#group(id, circle);
    return undefined;
  }

  create(wish: GroupWish): Promise<Group> {
    return this.#inTurn(async () => {
      const { members, randomId, write } = this.#options;
      if (this.#circles.size > MAX_GROUPS) throw new DeedError('refused', `There are ${MAX_GROUPS} groups already.`);
      const id = randomId(ID_BYTES);
      const name = this.checkName(wish.name);
      const { isShared, hasRoom } = wish;
      const seenBy = this.#checkOthers(id, wish.seenBy);
      const localparts = this.#checkAccounts(wish.members);
      await write([
        store.writeGroup({ id, name, isShared, hasRoom }),
        ...store.replaceAudience(id, seenBy),
        ...localparts.map((localpart) => store.insertMember(id, localpart)),
      ]);
      const circle = { name, isShared, hasRoom, seenBy: new Set(seenBy), members: new Set(localparts) };
      members.alter([id], (circles) => void circles.set(id, circle));
      await this.#options.settled();
      return this.#group(id, circle);
    });
  }

  update(id: string, change: GroupChange): Promise<void> {
    return this.#inTurn(async () => {
      const circle = this.#find(id);
      const name = change.name === undefined ? circle.name : this.checkName(change.name, id);
      const { isShared = circle.isShared, hasRoom = circle.hasRoom } = change;
      const seenBy = change.seenBy === undefined ? [...circle.seenBy] : this.#checkOthers(id, change.seenBy);
      await this.#options.write([
        store.writeGroup({ id, name, isShared, hasRoom }),
        ...store.replaceAudience(id, seenBy),
      ]);
      this.#options.members.alter([id], () => {
        Object.assign(circle, { name, isShared, hasRoom, seenBy: new Set(seenBy) });
      });
      await this.#options.settled();
    });
  }

  remove(id: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#find(id);
      await this.#options.write(store.removeGroup(id));
      const watched = [...this.#circles].filter(([, { seenBy }]) => seenBy.has(id)).map(([other]) => other);
      this.#options.members.alter([id, ...watched], (circles) => {
        circles.delete(id);
        for (const { seenBy } of circles.values()) seenBy.delete(id);
      });
      await this.#options.settled();
    });
  }

  addMembers(id: string, localparts: readonly string[]): Promise<void> {
    return this.#changeMembers(id, localparts, store.insertMember, (members, localpart) => members.add(localpart));
  }

  removeMembers(id: string, localparts: readonly string[]): Promise<void> {
    return this.#changeMembers(id, localparts, store.removeMember, (members, localpart) => members.delete(localpart));
  }

  joining(localpart: string, groups: readonly string[]): readonly Change[] {
    return groups.flatMap((idOrName) => {
      const group = this.find(idOrName);
      return group === undefined || group.isEveryone ? [] : store.insertMember(group.id, localpart);
    });
  }

  settled(): Promise<void> {
    return this.#options.settled();
  }

  onChange(listener: () => void): () => void {
    return this.#options.onChange(listener);
  }

  /** As it will be written. @throws DeedError */
  checkName(wanted: string, own?: string): string {
    const name = wanted.trim().replace(/\s+/g, ' ');
    if (name === '' || name.length > MAX_NAME_LENGTH) {
      throw new DeedError('invalid', `The name of a group has 1 to ${MAX_NAME_LENGTH} characters.`);
    }
    if (UNSEEN.test(name)) {
      throw new DeedError(
        'invalid',
        'There is a character in this name that cannot be seen and changes what is shown.',
      );
    }
    const holder = this.find(name);
    if (holder !== undefined && holder.id !== own) {
      throw new DeedError('conflict', `There is a group called “${holder.name}” already.`);
    }
    return name;
  }

  #changeMembers(
    id: string,
    localparts: readonly string[],
    change: (id: string, localpart: string) => Change,
    apply: (members: Set<string>, localpart: string) => void,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const circle = this.#find(id);
      const checked = this.#checkAccounts(localparts);
      await this.#options.write(checked.map((localpart) => change(id, localpart)));
      this.#options.members.move(checked, () => {
        for (const localpart of checked) apply(circle.members, localpart);
      });
      await this.#options.settled();
    });
  }

  get #circles(): ReadonlyMap<string, MutableCircle> {
    return this.#options.members.circles;
  }

  #group(id: string, { name, isShared, seenBy, members }: MutableCircle): Group {
    return {
      id,
      name,
      isEveryone: id === EVERYONE,
      isShared,
      seenBy: [...seenBy],
      room: this.#options.roomOf(id),
      members: [...members].filter((localpart) => this.#options.members.belongs(localpart)).sort(),
    };
  }

  #find(id: string): MutableCircle {
    const circle = this.#circles.get(id);
    if (circle === undefined) throw new DeedError('not-found', 'There is no such group.');
    if (id === EVERYONE) throw new DeedError('refused', `Everyone with an account is in “${circle.name}”.`);
    return circle;
  }

  #checkAccounts(localparts: readonly string[]): readonly string[] {
    const stranger = localparts.find((localpart) => !this.#options.members.belongs(localpart));
    if (stranger !== undefined) throw new DeedError('not-found', `There is no account “${stranger}”.`);
    return [...new Set(localparts)];
  }

  #checkOthers(id: string, ids: readonly string[]): readonly string[] {
    if (ids.some((other) => other !== id && !this.#circles.has(other)))
      throw new DeedError('not-found', 'One of the groups that are to see this one is not there.');
    return [...new Set(ids)].filter((other) => other !== id);
  }

  #inTurn<Result>(deed: () => Promise<Result>): Promise<Result> {
    const result = this.#deeds.then(deed);
    this.#deeds = result.catch(() => undefined);
    return result;
  }
}

function fold(name: string): string {
  return name.trim().replace(/\s+/g, ' ').normalize('NFC').toLowerCase();
}

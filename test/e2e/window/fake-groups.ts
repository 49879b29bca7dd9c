/** The groups of the fake server. It refuses in the words of the real one. */
import { DeedError } from '../../../server/administration/deed-error.ts';
import type { Carriers } from '../../../server/administration/deeds.ts';
import type { Group } from '../../../server/administration/group.ts';

interface Facts {
  /** Localparts of those who are in the group of everyone. */
  readonly everyone: () => readonly string[];
  readonly changed: () => void;
}

const roomOf = (name: string): string => `${name.toLowerCase().replaceAll(' ', '-')}@rooms.miller.local`;

export class FakeGroups {
  readonly #facts: Facts;
  #groups: readonly Group[] = [
    aGroup('everyone', 'Everyone', [], { isEveryone: true, room: 'everyone@rooms.miller.local' }),
    aGroup('g-garden', 'Garden', ['anna', 'ben', 'oma'], { room: 'garden@rooms.miller.local' }),
    aGroup('g-surprise', 'Surprise party', ['clara', 'finn', 'hanna']),
  ];

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  list(): readonly Group[] {
    return this.#groups.map((group) => (group.isEveryone ? { ...group, members: this.#facts.everyone() } : group));
  }

  carriers(): Partial<Carriers> {
    return {
      'groups.create': ({ name, hasRoom, ...wish }) => {
        this.#refuseName(name);
        const room = hasRoom ? roomOf(name) : undefined;
        const group: Group = { ...wish, id: `g-${name}`, name, isEveryone: false, room };
        this.#groups = [...this.#groups, group];
        this.#facts.changed();
        return group;
      },
      'groups.update': ({ id, name, isShared, seenBy, hasRoom }) => {
        if (name !== undefined) this.#refuseName(name);
        this.#change(id, (group) => ({
          ...group,
          name: name ?? group.name,
          isShared: isShared ?? group.isShared,
          seenBy: seenBy ?? group.seenBy,
          room: hasRoom === undefined ? group.room : hasRoom ? roomOf(group.name) : undefined,
        }));
      },
      'groups.remove': ({ id }) => {
        this.#groups = this.#groups.filter((group) => group.id !== id);
        this.#facts.changed();
      },
      'groups.addMembers': ({ id, localparts }) =>
        this.#change(id, (group) => ({ ...group, members: [...group.members, ...localparts].toSorted() })),
      'groups.removeMembers': ({ id, localparts }) =>
        this.#change(id, (group) => ({
          ...group,
          members: group.members.filter((localpart) => !localparts.includes(localpart)),
        })),
    };
  }

  #change(id: string, change: (group: Group) => Group): void {
    this.#groups = this.#groups.map((group) => (group.id === id ? change(group) : group));
    this.#facts.changed();
  }

  #refuseName(name: string): void {
    if (this.#groups.some((group) => group.name.toLowerCase() === name.toLowerCase()))
      throw new DeedError('conflict', `There is a group called “${name}” already.`);
  }
}

function aGroup(id: string, name: string, members: readonly string[], further: Partial<Group> = {}): Group {
  return { id, name, isEveryone: false, isShared: true, seenBy: [], room: undefined, members, ...further };
}

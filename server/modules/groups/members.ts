/** Who is in which group, kept in step with the accounts; whatever changes is told to the rosters at once. */
import type { Account } from '../../accounts/account.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import { EVERYONE } from '../../administration/group.ts';
import type { SharedPair, Sharing } from '../../modulehost/roster-groups.ts';
import type { Circle, Circles } from './circles.ts';
import type { KeptGroup } from './store.ts';

export interface MutableCircle extends Circle {
  name: string;
  isShared: boolean;
  hasRoom: boolean;
  seenBy: Set<string>;
  readonly members: Set<string>;
}

type EveryoneSettings = Pick<MutableCircle, 'name' | 'isShared' | 'hasRoom'>;

export interface MembersOptions {
  readonly accounts: Pick<Accounts, 'get' | 'list'>;
  readonly kept: readonly KeptGroup[];
  /** Ids of the groups that the disk has an account in. */
  readonly membershipsOf: (localpart: string) => readonly string[];
  readonly everyone: () => EveryoneSettings;
  readonly changed: () => void;
}

export class Members {
  readonly #options: MembersOptions;
  readonly #circles = new Map<string, MutableCircle>();
  /** Those that somebody can sign in to. */
  readonly #active = new Set<string>();
  #circlesView: Circles | undefined;
  #sharing: Sharing | undefined;

  constructor(options: MembersOptions) {
    this.#options = options;
    this.#circles.set(EVERYONE, { ...options.everyone(), seenBy: new Set(), members: new Set() });
    for (const { id, members, seenBy, ...group } of options.kept)
      this.#circles.set(id, { ...group, seenBy: new Set(seenBy), members: new Set(members) });
    for (const account of options.accounts.list()) this.#take(account);
  }

  get circles(): ReadonlyMap<string, MutableCircle> {
    return this.#circles;
  }

  readonly isActive = (localpart: string): boolean => this.#active.has(localpart);

  /** True for an account that is somebody's, even while it is switched off. */
  belongs(localpart: string): boolean {
    return isSomebody(this.#options.accounts.get(localpart));
  }

  /** From now on changes go to the rosters. */
  show(circles: Circles, sharing: Sharing): void {
    this.#circlesView = circles;
    this.#sharing = sharing;
  }

  /** Changes groups themselves; `ids` are those whose members see others than before, or see them otherwise. */
  alter(ids: readonly string[], change: (circles: Map<string, MutableCircle>) => void): void {
    this.#tell(
      () => ids.flatMap((id) => [...(this.#circlesView?.pairsIn(id) ?? [])]),
      () => {
        change(this.#circles);
        this.#circlesView?.forgetAll();
      },
    );
  }

  /** Changes what groups these accounts are in. */
  move(localparts: readonly string[], change: () => void): void {
    this.#tell(() => localparts.flatMap((localpart) => [...(this.#circlesView?.pairsWith(localpart) ?? [])]), change);
  }

  /** Something has happened to an account. */
  look(localpart: string): void {
    const account = this.#options.accounts.get(localpart);
    this.move([localpart], () => {
      if (account === undefined) for (const { members } of this.#circles.values()) members.delete(localpart);
      else for (const id of this.#options.membershipsOf(localpart)) this.#circles.get(id)?.members.add(localpart);
      this.#take(account ?? localpart);
    });
    if (account === undefined) this.#circlesView?.forget(localpart);
  }

  /** Somebody calls himself otherwise. */
  rename(localpart: string): void {
    this.move([localpart], () => this.#circlesView?.forget(localpart));
  }

  /** The settings of the group of everyone have changed. */
  retitle(): void {
    this.alter([EVERYONE], (circles) => {
      Object.assign(circles.get(EVERYONE) ?? {}, this.#options.everyone());
    });
  }

  #tell(pairs: () => readonly SharedPair[], change: () => void): void {
    const before = pairs().map((pair) => ({
      ...pair,
      before: this.#circlesView?.find(pair.account, pair.contact.bare),
    }));
    change();
    this.#sharing?.changed([...before, ...pairs()]);
    this.#options.changed();
  }

  #take(of: Account | string): void {
    const localpart = typeof of === 'string' ? of : of.localpart;
    const account = typeof of === 'string' ? undefined : of;
    toggle(this.#active, localpart, isSomebody(account) && account?.isEnabled === true);
    const everyone = this.#circles.get(EVERYONE)?.members;
    if (everyone !== undefined) toggle(everyone, localpart, isOfEveryone(account));
  }
}

/** Guests of a session are nobody; neither is who waits to be let in, or is about to vanish. */
function isSomebody(account: Account | undefined): boolean {
  if (account === undefined || account.isGuest) return false;
  return account.status === 'enabled' || account.status === 'disabled';
}

/** Who is here for a while, or with fewer rights, is in those groups that somebody puts them into. */
function isOfEveryone(account: Account | undefined): boolean {
  return isSomebody(account) && account?.role !== 'limited' && account?.expiresAt === undefined;
}

function toggle(set: Set<string>, item: string, isIn: boolean): void {
  if (isIn) set.add(item);
  else set.delete(item);
}

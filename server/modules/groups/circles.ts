/** Who sees whom, by the groups that they are in: the contacts that groups put into rosters. */
import { type Jid, joinJid } from '../../jid/jid.ts';
import type { SharedContact, SharedContacts, SharedPair } from '../../modulehost/roster-groups.ts';

/** A group as far as contact lists are concerned. */
export interface Circle {
  readonly name: string;
  readonly isShared: boolean;
  /** Ids of circles. */
  readonly seenBy: ReadonlySet<string>;
  /** Localparts, with those who are switched off. */
  readonly members: ReadonlySet<string>;
}

export interface CirclesOptions {
  readonly domain: string;
  /** By id, in the order in which they are told. */
  readonly circles: ReadonlyMap<string, Circle>;
  /** False for accounts that nobody can sign in to: they are shown to nobody. */
  readonly isActive: (localpart: string) => boolean;
  readonly nameOf: (localpart: string) => string;
}

export class Circles implements SharedContacts {
  readonly #options: CirclesOptions;
  readonly #jids = new Map<string, Jid>();
  /** By localpart, then by what is said of them: everybody who is told the same gets the same object. */
  readonly #contacts = new Map<string, Map<string, SharedContact>>();

  constructor(options: CirclesOptions) {
    this.#options = options;
  }

  *of(account: string): Iterable<SharedContact> {
    for (const other of this.#around(account)) {
      const contact = this.#between(account, other);
      if (contact !== undefined) yield contact;
    }
  }

  find(account: string, contact: string): SharedContact | undefined {
    const at = contact.lastIndexOf('@');
    if (contact.slice(at + 1) !== this.#options.domain) return undefined;
    return this.#between(account, contact.slice(0, at));
  }

  /** Every pair of accounts of whom one may see the other because of this circle, in both orders. */
  *pairsIn(id: string): Iterable<SharedPair> {
    const circle = this.#options.circles.get(id);
    if (circle === undefined) return;
    for (const one of circle.members) {
      if (circle.isShared) for (const other of circle.members) if (one !== other) yield this.#pair(one, other);
      for (const viewer of this.#audience(circle)) {
        yield this.#pair(one, viewer);
        yield this.#pair(viewer, one);
      }
    }
  }

  /** The same of one account with all around it. */
  *pairsWith(localpart: string): Iterable<SharedPair> {
    for (const other of this.#around(localpart)) {
      yield this.#pair(localpart, other);
      yield this.#pair(other, localpart);
    }
  }

  /** Names of groups have changed: nothing of what was said of anybody need be kept. */
  forgetAll(): void {
    this.#contacts.clear();
  }

  /** Somebody is called otherwise, or is gone. */
  forget(localpart: string): void {
    this.#contacts.delete(localpart);
    this.#jids.delete(localpart);
  }

  #around(localpart: string): ReadonlySet<string> {
    const around = new Set<string>();
    const add = (localparts: Iterable<string>): void => {
      for (const other of localparts) around.add(other);
    };
    for (const circle of this.#options.circles.values()) {
      const isIn = circle.members.has(localpart);
      if (isIn && circle.isShared) add(circle.members);
      if (isIn) add(this.#audience(circle));
      if (this.#isShownTo(circle, localpart)) add(circle.members);
    }
    around.delete(localpart);
    return around;
  }

  #between(viewer: string, other: string): SharedContact | undefined {
    const { circles, isActive } = this.#options;
    if (viewer === other || !isActive(viewer) || !isActive(other)) return undefined;
    const groups: string[] = [];
    let isSeen = false;
    for (const circle of circles.values()) {
      const holdsViewer = circle.members.has(viewer);
      const holdsOther = circle.members.has(other);
      const isCommon = circle.isShared && holdsViewer && holdsOther;
      if (isCommon || (holdsOther && this.#isShownTo(circle, viewer))) groups.push(circle.name);
      isSeen ||= isCommon || (holdsViewer && this.#isShownTo(circle, other));
    }
    if (groups.length > 0) return this.#contact(other, isSeen ? 'both' : 'to', groups);
    return isSeen ? this.#contact(other, 'from', groups) : undefined;
  }

  #isShownTo({ seenBy }: Circle, localpart: string): boolean {
    for (const id of seenBy) if (this.#options.circles.get(id)?.members.has(localpart) === true) return true;
    return false;
  }

  *#audience({ seenBy }: Circle): Iterable<string> {
    for (const id of seenBy) yield* this.#options.circles.get(id)?.members ?? [];
  }

  #contact(localpart: string, subscription: SharedContact['subscription'], groups: readonly string[]): SharedContact {
    const known = this.#contacts.get(localpart) ?? new Map<string, SharedContact>();
    this.#contacts.set(localpart, known);
    const key = [subscription, ...groups].join('\n');
    const contact = known.get(key) ?? {
      jid: this.#jid(localpart),
      subscription,
      name: this.#options.nameOf(localpart),
      groups: [...new Set(groups)],
    };
    known.set(key, contact);
    return contact;
  }

  #pair(account: string, contact: string): SharedPair {
    return { account, contact: this.#jid(contact) };
  }

  #jid(localpart: string): Jid {
    const known = this.#jids.get(localpart) ?? joinJid(localpart, this.#options.domain);
    this.#jids.set(localpart, known);
    return known;
  }
}

/** Takes changes of what groups share into the rosters, and tells those who are online. */
import type { SharedContacts, SharedPair, Sharing } from '../../modulehost/roster-groups.ts';
import { haveSameGroups } from './merged.ts';
import type { RosterPushes } from './pushes.ts';
import type { Rosters } from './rosters.ts';
import { isSeenBy } from './subscription.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface RosterSharingOptions {
  readonly rosters: Rosters;
  readonly pushes: RosterPushes;
  readonly subscriptions: Subscriptions;
}

export class RosterSharing {
  readonly #options: RosterSharingOptions;
  source: SharedContacts | undefined;

  constructor(options: RosterSharingOptions) {
    this.#options = options;
  }

  begin(source: SharedContacts): Sharing {
    if (this.source !== undefined) throw new Error('contacts are shared by another module already');
    this.#setSource(source);
    return { changed: (pairs) => this.#changed(pairs), end: () => this.#setSource(undefined) };
  }

  #setSource(source: SharedContacts | undefined): void {
    this.source = source;
    this.#options.rosters.forgetShared();
  }

  /** Who sees somebody vanish hears of it before the item goes, and has the item before presence comes. */
  #changed(pairs: Iterable<SharedPair>): void {
    const { rosters, pushes, subscriptions } = this.#options;
    const changed: SharedPair[] = [];
    for (const pair of pairs) {
      const { account, contact } = pair;
      if (!rosters.isLoaded(account)) {
        this.#changedUnseen(pair);
        continue;
      }
      const change = rosters.resharing(account, contact);
      if (change === undefined) continue;
      changed.push(pair);
      if (isSeenBy(change.before.subscription) && !isSeenBy(change.after.subscription)) {
        subscriptions.showUnavailable(account, contact);
      }
    }
    const shown: SharedPair[] = [];
    for (const pair of changed) {
      const { account, contact } = pair;
      const change = rosters.reshare(account, contact);
      if (change === undefined) continue; // named twice
      const { before, after } = change;
      if (before.isListed || after.isListed) pushes.push(account, after, rosters.of(account).version);
      if (!isSeenBy(before.subscription) && isSeenBy(after.subscription)) shown.push(pair);
    }
    for (const { account, contact } of shown) subscriptions.showAvailable(account, contact);
  }

  /** Nobody has looked at this roster: it will be read with what is shared by then, and nobody misses anything but access. */
  #changedUnseen({ account, contact, before }: SharedPair): void {
    if (before === undefined || before.subscription === 'to') return; // could see nothing of the account
    const after = this.source?.find(account, contact.bare);
    const isSame = after?.subscription === before.subscription && haveSameGroups(after, before);
    if (!isSame) this.#options.rosters.tellOfShared(account, contact, before);
  }
}

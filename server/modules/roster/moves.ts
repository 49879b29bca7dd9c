/** What becomes of a contact list when a contact has moved to another address (XEP-0283 section 4.4). */
import { bareJid, type Jid } from '../../jid/jid.ts';
import type { Presence } from '../../stanza/stanza.ts';
import { type Contact, contactState, withState } from './contact.ts';
import type { Outward } from './outward.ts';
import type { RosterPushes } from './pushes.ts';
import type { Rosters } from './rosters.ts';
import { canSee, inboundStep, isSeenBy, outboundStep, type SubscriptionStanza } from './subscription.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface MovesOptions {
  readonly rosters: Rosters;
  readonly pushes: RosterPushes;
  readonly outward: Outward;
  readonly subscriptions: Pick<Subscriptions, 'showAvailable' | 'showUnavailable'>;
  readonly limits: () => { readonly maxItems: number };
}

export class Moves {
  readonly #options: MovesOptions;

  constructor(options: MovesOptions) {
    this.#options = options;
  }

  /** Grants the request of who was `former` before, and lets that one go; false when that cannot be done. */
  take(account: string, former: Jid, { from, element }: Presence): boolean {
    const { rosters, outward, subscriptions } = this.#options;
    const newcomer = bareJid(from);
    const left = rosters.ownOf(account, former);
    const known = rosters.ownOf(account, newcomer);
    if (!isSeenBy(left.subscription) || newcomer.bare === left.jid.bare) return false;
    if (!known.isListed && this.#isFull(account)) return false;
    const self = outward.bareOf(account);
    const asked = withState(known, inboundStep('subscribe', contactState(known)).next, element);
    const kept = known.isListed ? known : left;
    const granted: Contact = { ...after('subscribed', asked), isListed: true, name: kept.name, groups: kept.groups };
    this.#put(account, granted);
    outward.send(self, newcomer, 'subscribed', element.attr('id'));
    if (!isSeenBy(known.subscription)) subscriptions.showAvailable(account, newcomer);

    subscriptions.showUnavailable(account, left.jid);
    this.#put(account, after('unsubscribed', left));
    outward.sendAnyway(self, left.jid, 'unsubscribed');

    if (!canSee(left.subscription) || canSee(granted.subscription)) return true;
    this.#put(account, after('subscribe', granted));
    outward.send(self, newcomer, 'subscribe');
    return true;
  }

  #put(account: string, contact: Contact): void {
    const { rosters, pushes } = this.#options;
    rosters.put(account, contact).catch(() => undefined); // logged by the writer
    pushes.push(account, rosters.seen(account, contact.jid), rosters.of(account).version);
  }

  #isFull(account: string): boolean {
    let count = 0;
    for (const { isListed } of this.#options.rosters.of(account).own.values()) if (isListed) count++;
    return count >= this.#options.limits().maxItems;
  }
}

/** The contact as a stanza of the account's owner leaves it. */
function after(type: SubscriptionStanza, contact: Contact): Contact {
  return { ...withState(contact, outboundStep(type, contactState(contact)).next, contact.request), isApproved: false };
}

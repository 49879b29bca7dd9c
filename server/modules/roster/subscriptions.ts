/** Subscription stanzas, outbound and inbound (RFC 6121 section 3): carries out what the table of states says. */
import type { Accounts } from '../../accounts/accounts.ts';
import { bareJid, type Jid } from '../../jid/jid.ts';
import type { Router } from '../../router/router.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Presence } from '../../stanza/stanza.ts';
import { type Contact, contactState, isModification, stranger, withState } from './contact.ts';
import type { Outward } from './outward.ts';
import type { RosterPushes } from './pushes.ts';
import type { Rosters } from './rosters.ts';
import { canSee, inboundStep, isSeenBy, outboundStep, type SubscriptionStanza } from './subscription.ts';

/** Of a request that is kept until it is answered. Enough for a nick, an avatar's hash, a greeting and a token. */
const MAX_REQUEST_LENGTH = 10_000;

export interface SubscriptionsOptions {
  readonly rosters: Rosters;
  readonly pushes: RosterPushes;
  readonly outward: Outward;
  readonly router: Router;
  readonly accounts: Pick<Accounts, 'has'>;
  readonly sessions: Sessions;
  readonly limits: () => { readonly maxItems: number; readonly maxRequests: number };
}

export class Subscriptions {
  readonly #options: SubscriptionsOptions;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** A stanza of one of our users (appendix A.2). */
  outbound(stanza: SubscriptionStanza, presence: Presence, addressee: Jid, sender: Session): void {
    const { outward, rosters, router } = this.#options;
    const { account } = sender;
    const to = bareJid(addressee);
    if (to.bare === sender.jid.bare) return; // everybody sees themselves
    const stamped = outward.stamped(presence, to);
    if (stanza === 'subscribe' && !this.#exists(to)) return outward.route(stamped, to, sender); // refused, nothing noted
    const before = this.#contact(account, to);
    const step = outboundStep(stanza, contactState(before));
    const after = withState(before, step.next, before.request);
    const changed: Contact = {
      ...after,
      isListed: before.isListed || step.next !== 'none' || step.approval === 'noted',
      isApproved: step.approval === 'noted' || (before.isApproved && stanza !== 'unsubscribed'),
    };
    if (!changed.isListed || isHiddenRequest(before, changed)) changed satisfies Contact;
    if (changed.isListed && !before.isListed && this.#isFull(account)) {
      return router.refuse(stamped, new StanzaError('resource-constraint', 'The roster is full.'), sender);
    }
    if (isSeenBy(before.subscription) && !isSeenBy(changed.subscription)) this.showUnavailable(account, to);
    this.#change(account, before, changed);
    if (step.isRouted && (stanza === 'subscribe' || outward.canReach(to))) outward.route(stamped, to, sender);
    if (!isSeenBy(before.subscription) && isSeenBy(changed.subscription)) this.showAvailable(account, to);
    void rosters;
  }
}

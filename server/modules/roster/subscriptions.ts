/** Subscription stanzas, outbound and inbound (RFC 6121 section 3): carries out what the tables of states say. */
import type { Accounts } from '../../accounts/accounts.ts';
import { bareJid, type Jid } from '../../jid/jid.ts';
import type { Router } from '../../router/router.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Presence } from '../../stanza/stanza.ts';
import { type Contact, contactState, withState } from './contact.ts';
import { isSettledByGroup, merged } from './merged.ts';
import type { Outward } from './outward.ts';
import type { RosterPushes } from './pushes.ts';
import type { Rosters } from './rosters.ts';
import {
  canSee,
  type InboundStep,
  inboundStep,
  isSeenBy,
  outboundStep,
  type SubscriptionStanza,
} from './subscription.ts';

/**
 * Characters of a request that is kept until it is answered (section 3.1.3, second security warning). Enough for a nick,
 * an avatar's hash, a greeting and an invitation's token.
 */
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
  outbound(type: SubscriptionStanza, presence: Presence, addressee: Jid, sender: Session): void {
    const { outward, router, rosters, pushes } = this.#options;
    const { account } = sender;
    const to = bareJid(addressee);
    if (to.bare === sender.jid.bare) return; // everybody sees themselves (section 4.2.2)
    const stanza = outward.stamped(presence, to);
    if (type === 'subscribe' && !this.#canBeAsked(to)) {
      outward.route(stanza, to, sender); // is refused there, and nothing is noted
      return;
    }
    const seen = rosters.seen(account, to);
    if (isSettledByGroup(type, seen.shared)) {
      // Nobody is asked. A client that shows the change already learns that there was none.
      if (seen.isListed) pushes.push(account, seen, rosters.of(account).version);
      return;
    }
    const before = rosters.ownOf(account, to);
    const step = outboundStep(type, contactState(before));
    const after: Contact = {
      ...withState(before, step.next, before.request),
      isListed: before.isListed || type === 'subscribe' || type === 'subscribed',
      isApproved: type === 'unsubscribed' ? false : before.isApproved || step.approval === 'noted',
    };
    if (
      after.isListed &&
      !before.isListed &&
      this.#count(account, (contact) => contact.isListed) >= this.#options.limits().maxItems
    ) {
      router.refuse(stanza, new StanzaError('resource-constraint', 'The roster is full.'), sender);
      return;
    }
    const seenAfter = merged(after, seen.shared) ?? after;
    if (isSeenBy(seen.subscription) && !isSeenBy(seenAfter.subscription)) this.showUnavailable(account, to);
    const push = this.#change(account, before, after);
    // A request's answer may come while it is being delivered, and its push must not overtake this one.
    if (type === 'subscribe') push?.();
    if (step.isRouted && outward.canReach(to)) outward.route(stanza, to, sender);
    if (type !== 'subscribe') push?.();
    if (isSeenBy(seen.subscription) || !isSeenBy(seenAfter.subscription)) return;
    this.showAvailable(account, to);
    // Section 4.3.1 allows probes at any time. Here both sides are in step for sure, which they may not have been before.
    if (canSee(seenAfter.subscription)) outward.send(outward.bareOf(account), to, 'probe');
  }

  /** A stanza of somebody else for one of our users (appendix A.3). */
  inbound(type: SubscriptionStanza, presence: Presence, addressee: Jid): void {
    const { outward, pushes, rosters, sessions } = this.#options;
    const account = addressee.local;
    const contact = bareJid(presence.from);
    if (contact.bare === addressee.bare) return;
    // Section 8.5.3.2.2: only a request survives that it is addressed to a resource which is gone.
    if (addressee.resource !== '' && type !== 'subscribe' && sessions.get(account, addressee.resource) === undefined)
      return;
    const stanza = outward.stamped(presence, addressee);
    const before = rosters.ownOf(account, contact);
    const { shared } = rosters.seen(account, contact);
    // Whom a group shows the account to need not ask its owner.
    const isGranted = type === 'subscribe' && shared !== undefined && isSeenBy(shared.subscription);
    const step: InboundStep = isGranted
      ? { isDelivered: false, next: contactState(before), reply: 'subscribed' }
      : inboundStep(type, contactState(before), before.isApproved);
    const request = type === 'subscribe' && !isGranted ? stanza.element : before.request;
    const after: Contact = {
      ...withState(before, step.next, request),
      // The approval is used up by the request that it was given for (section 3.4.2, first note).
      isApproved: before.isApproved && step.reply !== 'subscribed',
    };
    const refusal = after.request === before.request ? undefined : this.#cannotKeep(account, before, after);
    if (refusal !== undefined) {
      // SECURITY: elsewhere it would tell who has an account here.
      if (outward.isLocal(contact)) this.#options.router.refuse(stanza, refusal);
      return;
    }
    const push = this.#change(account, before, after);
    if (step.isDelivered && type === 'subscribe') this.#deliverToAvailable(account, stanza);
    else if (step.isDelivered) pushes.deliver(account, stanza.element);
    const id = stanza.element.attr('id');
    const self = outward.bareOf(account);
    if (step.reply === 'subscribed') outward.send(self, contact, 'subscribed', id);
    push?.();
    if (step.reply === 'subscribed') this.showAvailable(account, contact);
    else if (isSeenBy(before.subscription) && !isSeenBy((merged(after, shared) ?? after).subscription))
      this.showUnavailable(account, contact);
    if (step.reply === 'unsubscribed') outward.sendAnyway(self, contact, 'unsubscribed', id);
    // Section 3.1.3 rule 3 allows to acknowledge a request. SECURITY: elsewhere it would tell who has an account here.
    if (type === 'subscribe' && step.reply === undefined && outward.isLocal(contact))
      outward.send(self, contact, 'unavailable');
  }

  /** Ends both subscriptions with a contact that has just been taken out of the roster (section 2.5.2). */
  cancel(account: string, before: Contact): void {
    const { outward } = this.#options;
    const self = outward.bareOf(account);
    if (isSeenBy(before.subscription)) this.showUnavailable(account, before.jid);
    if (canSee(before.subscription) || before.isAsking) outward.sendAnyway(self, before.jid, 'unsubscribe');
    if (isSeenBy(before.subscription) || before.request !== undefined)
      outward.sendAnyway(self, before.jid, 'unsubscribed');
  }

  /** Puts the contact into the roster with a subscription in both directions, whatever it was. Resolves when it is on disk. */
  async settle(account: string, contact: Jid): Promise<void> {
    const { rosters, pushes } = this.#options;
    const before = rosters.ownOf(account, contact);
    const wasSeen = isSeenBy(rosters.seen(account, contact).subscription);
    if (before.isListed && before.subscription === 'both') return;
    if (!before.isListed && this.#count(account, ({ isListed }) => isListed) >= this.#options.limits().maxItems) return;
    const after: Contact = { ...withState(before, 'both', undefined), isListed: true, isApproved: false };
    const written = rosters.put(account, after);
    pushes.push(account, rosters.seen(account, contact), rosters.of(account).version);
    if (!wasSeen) this.showAvailable(account, contact);
    await written;
  }

  /** Shows a contact the presence of every available resource. */
  showAvailable(account: string, to: Jid): void {
    const { outward, sessions } = this.#options;
    for (const session of sessions.of(account).values()) outward.show(session, to);
  }

  /** Shows a contact every available resource as unavailable. */
  showUnavailable(account: string, to: Jid): void {
    const { outward, sessions } = this.#options;
    for (const session of sessions.of(account).values()) {
      if (!session.isAvailable) continue;
      session.directed.delete(to.full);
      outward.send(session.jid, to, 'unavailable');
    }
  }

  /** False for whom the router will refuse a request: accounts that are not here, servers that cannot be reached. */
  #canBeAsked(jid: Jid): boolean {
    const { outward, accounts } = this.#options;
    if (!outward.canReach(jid)) return false;
    return jid.domain !== outward.domain || (jid.local !== '' && accounts.has(jid.local));
  }

  /** Notes the change; the push that tells of it, when clients can see it. */
  #change(account: string, before: Contact, after: Contact): (() => void) | undefined {
    const { rosters, pushes } = this.#options;
    if (isSame(before, after)) return undefined;
    const earlier = rosters.of(account).version;
    rosters.put(account, after);
    const { version } = rosters.of(account);
    return version === earlier ? undefined : () => pushes.push(account, rosters.seen(account, after.jid), version);
  }

  #cannotKeep(account: string, before: Contact, { request }: Contact): StanzaError | undefined {
    if (request === undefined) return undefined;
    if (request.toXml().length > MAX_REQUEST_LENGTH)
      return new StanzaError('not-acceptable', 'The request is too large.');
    const isNew = before.request === undefined;
    if (
      isNew &&
      this.#count(account, (contact) => contact.request !== undefined) >= this.#options.limits().maxRequests
    ) {
      return new StanzaError('resource-constraint', 'Too many requests are waiting for an answer.');
    }
    return undefined;
  }

  #deliverToAvailable(account: string, { element }: Presence): void {
    for (const session of this.#options.sessions.of(account).values()) if (session.isAvailable) session.send(element);
  }

  #count(account: string, counts: (contact: Contact) => boolean): number {
    let count = 0;
    for (const contact of this.#options.rosters.of(account).own.values()) if (counts(contact)) count++;
    return count;
  }
}

function isSame(before: Contact, after: Contact): boolean {
  return (
    before.isListed === after.isListed &&
    before.subscription === after.subscription &&
    before.isAsking === after.isAsking &&
    before.isApproved === after.isApproved &&
    before.request === after.request
  );
}

/**
 * The subscription states of RFC 6121 appendix A and what the four subscription stanzas do to them: its tables 2 to 9,
 * as tables. Pure: whoever asks carries it out.
 */

/** The nine states of appendix A.1, seen from the owner of the roster. A contact that is not in the roster is in `none`. */
export type SubscriptionState =
  | 'none'
  | 'none+out'
  | 'none+in'
  | 'none+out+in'
  | 'to'
  | 'to+in'
  | 'from'
  | 'from+out'
  | 'both';

export type SubscriptionStanza = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';
export type Subscription = 'none' | 'to' | 'from' | 'both';

/** What a stanza of the user does (appendix A.2). */
export interface OutboundStep {
  readonly isRouted: boolean;
  readonly next: SubscriptionState;
  /** What becomes of the pre-approval (section 3.4): noted, or taken back if there is one. */
  readonly approval?: 'noted' | 'taken-back';
}

/** What a stanza of the contact does (appendix A.3). */
export interface InboundStep {
  readonly isDelivered: boolean;
  readonly next: SubscriptionState;
  /** The answer that the server gives for the user. */
  readonly reply?: 'subscribed' | 'unsubscribed';
}

/** The parts that a state is made of, as they stand in a roster item. */
export interface StateParts {
  readonly subscription: Subscription;
  /** The user's request is not answered yet ("pending out", `ask='subscribe'`). */
  readonly isAsking: boolean;
  /** The contact's request is not answered yet ("pending in"). */
  readonly isAsked: boolean;
}

type Table<Step> = Readonly<Record<SubscriptionStanza, Readonly<Record<SubscriptionState, Step>>>>;

const route = (next: SubscriptionState): OutboundStep => ({ isRouted: true, next });
const keep = (next: SubscriptionState): OutboundStep => ({ isRouted: false, next });
const preApprove = (next: SubscriptionState): OutboundStep => ({ isRouted: false, next, approval: 'noted' });
const disapprove = (next: SubscriptionState): OutboundStep => ({ isRouted: false, next, approval: 'taken-back' });

const OUTBOUND: Table<OutboundStep> = {
  // Table 2
  subscribe: {
    none: route('none+out'),
    'none+out': route('none+out'),
    'none+in': route('none+out+in'),
    'none+out+in': route('none+out+in'),
    to: route('to'),
    'to+in': route('to+in'),
    from: route('from+out'),
    'from+out': route('from+out'),
    both: route('both'),
  },
  // Table 3
  unsubscribe: {
    none: route('none'),
    'none+out': route('none'),
    'none+in': route('none+in'),
    'none+out+in': route('none+in'),
    to: route('none'),
    'to+in': route('none+in'),
    from: route('from'),
    'from+out': route('from'),
    both: route('from'),
  },
  // Table 4
  subscribed: {
    none: preApprove('none'),
    'none+out': preApprove('none+out'),
    'none+in': route('from'),
    'none+out+in': route('from+out'),
    to: preApprove('to'),
    'to+in': route('both'),
    from: keep('from'),
    'from+out': keep('from+out'),
    both: keep('both'),
  },
  // Table 5
  unsubscribed: {
    none: disapprove('none'),
    'none+out': disapprove('none+out'),
    'none+in': route('none'),
    'none+out+in': route('none+out'),
    to: disapprove('to'),
    'to+in': route('to'),
    from: route('none'),
    'from+out': route('none+out'),
    both: route('to'),
  },
};

const deliver = (next: SubscriptionState): InboundStep => ({ isDelivered: true, next });
const ignore = (next: SubscriptionState): InboundStep => ({ isDelivered: false, next });
const grant = (next: SubscriptionState): InboundStep => ({ isDelivered: false, next, reply: 'subscribed' });
const release = (next: SubscriptionState): InboundStep => ({ isDelivered: true, next, reply: 'unsubscribed' });

const INBOUND: Table<InboundStep> = {
  // Table 6
  subscribe: {
    none: deliver('none+in'),
    'none+out': deliver('none+out+in'),
    'none+in': ignore('none+in'),
    'none+out+in': ignore('none+out+in'),
    to: deliver('to+in'),
    'to+in': ignore('to+in'),
    from: grant('from'),
    'from+out': grant('from+out'),
    both: grant('both'),
  },
  // Table 7
  unsubscribe: {
    none: ignore('none'),
    'none+out': ignore('none+out'),
    'none+in': release('none'),
    'none+out+in': release('none+out'),
    to: ignore('to'),
    'to+in': release('to'),
    from: release('none'),
    'from+out': release('none+out'),
    both: release('to'),
  },
  // Table 8
  subscribed: {
    none: ignore('none'),
    'none+out': deliver('to'),
    'none+in': ignore('none+in'),
    'none+out+in': deliver('to+in'),
    to: ignore('to'),
    'to+in': ignore('to+in'),
    from: ignore('from'),
    'from+out': deliver('both'),
    both: ignore('both'),
  },
  // Table 9
  unsubscribed: {
    none: ignore('none'),
    'none+out': deliver('none'),
    'none+in': ignore('none+in'),
    'none+out+in': deliver('none+in'),
    to: deliver('none'),
    'to+in': deliver('none+in'),
    from: ignore('from'),
    'from+out': deliver('from'),
    both: deliver('from'),
  },
};

/** Section 3.4.2: what a request of a pre-approved contact does in place of table 6. */
const APPROVED: Readonly<Partial<Record<SubscriptionState, InboundStep>>> = {
  none: grant('from'),
  'none+out': grant('from+out'),
  to: grant('both'),
};

export function outboundStep(stanza: SubscriptionStanza, state: SubscriptionState): OutboundStep {
  return OUTBOUND[stanza][state];
}

export function inboundStep(stanza: SubscriptionStanza, state: SubscriptionState, isApproved = false): InboundStep {
  return (isApproved && stanza === 'subscribe' ? APPROVED[state] : undefined) ?? INBOUND[stanza][state];
}

const PARTS: Readonly<Record<SubscriptionState, StateParts>> = {
  none: { subscription: 'none', isAsking: false, isAsked: false },
  'none+out': { subscription: 'none', isAsking: true, isAsked: false },
  'none+in': { subscription: 'none', isAsking: false, isAsked: true },
  'none+out+in': { subscription: 'none', isAsking: true, isAsked: true },
  to: { subscription: 'to', isAsking: false, isAsked: false },
  'to+in': { subscription: 'to', isAsking: false, isAsked: true },
  from: { subscription: 'from', isAsking: false, isAsked: false },
  'from+out': { subscription: 'from', isAsking: true, isAsked: false },
  both: { subscription: 'both', isAsking: false, isAsked: false },
};

export function partsOf(state: SubscriptionState): StateParts {
  return PARTS[state];
}

/** The state that the parts make up. Parts that no state has together (asking whom one sees already) are left out. */
export function stateOf({ subscription, isAsking, isAsked }: StateParts): SubscriptionState {
  switch (subscription) {
    case 'both':
      return 'both';
    case 'from':
      return isAsking ? 'from+out' : 'from';
    case 'to':
      return isAsked ? 'to+in' : 'to';
    case 'none':
      if (isAsking) return isAsked ? 'none+out+in' : 'none+out';
      return isAsked ? 'none+in' : 'none';
  }
}

/** True when the contact may see the user's presence. */
export function isSeenBy(subscription: Subscription): boolean {
  return subscription === 'from' || subscription === 'both';
}

/** True when the user may see the contact's presence. */
export function canSee(subscription: Subscription): boolean {
  return subscription === 'to' || subscription === 'both';
}

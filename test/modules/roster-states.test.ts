/** RFC 6121 appendix A, every row of its tables, written down a second time. */
import { describe, expect, test } from 'vitest';
import {
  canSee,
  inboundStep,
  isSeenBy,
  outboundStep,
  partsOf,
  type SubscriptionStanza,
  type SubscriptionState,
  stateOf,
} from '../../server/modules/roster/subscription.ts';

const STATES: readonly SubscriptionState[] = [
  'none',
  'none+out',
  'none+in',
  'none+out+in',
  'to',
  'to+in',
  'from',
  'from+out',
  'both',
];

/** In the order of STATES: whether it goes on (+) or not (-), and the new state, where it changes. */
type Rows = readonly string[];

const OUTBOUND: Readonly<Record<SubscriptionStanza, Rows>> = {
  subscribe: ['+ none+out', '+', '+ none+out+in', '+', '+', '+', '+ from+out', '+', '+'],
  unsubscribe: ['+', '+ none', '+', '+ none+in', '+ none', '+ none+in', '+', '+ from', '+ from'],
  subscribed: ['-', '-', '+ from', '+ from+out', '-', '+ both', '-', '-', '-'],
  unsubscribed: ['-', '-', '+ none', '+ none+out', '-', '+ to', '+ none', '+ none+out', '+ to'],
};

const INBOUND: Readonly<Record<SubscriptionStanza, Rows>> = {
  subscribe: ['+ none+in', '+ none+out+in', '-', '-', '+ to+in', '-', '-', '-', '-'],
  unsubscribe: ['-', '-', '+ none', '+ none+out', '-', '+ to', '+ none', '+ none+out', '+ to'],
  subscribed: ['-', '+ to', '-', '+ to+in', '-', '-', '-', '+ both', '-'],
  unsubscribed: ['-', '+ none', '-', '+ none+in', '+ none', '+ none+in', '-', '+ from', '+ from'],
};

const STANZAS = ['subscribe', 'unsubscribe', 'subscribed', 'unsubscribed'] as const;

function rows(table: Readonly<Record<SubscriptionStanza, Rows>>) {
  return STANZAS.flatMap((stanza) =>
    STATES.map((state, i) => {
      const [mark, next] = (table[stanza][i] ?? '').split(' ');
      return { stanza, state, goesOn: mark === '+', next: next ?? state };
    }),
  );
}

test.each(rows(OUTBOUND))('outbound $stanza in the state $state: routed $goesOn, then $next', (row) => {
  const step = outboundStep(row.stanza, row.state);
  expect({ goesOn: step.isRouted, next: step.next }).toEqual({ goesOn: row.goesOn, next: row.next });
});

test.each(rows(INBOUND))('inbound $stanza in the state $state: delivered $goesOn, then $next', (row) => {
  const step = inboundStep(row.stanza, row.state);
  expect({ goesOn: step.isDelivered, next: step.next }).toEqual({ goesOn: row.goesOn, next: row.next });
});

describe('what the notes below the tables say', () => {
  test.each(['none', 'none+out', 'to'] as const)('“subscribed” in the state %s is noted as a pre-approval', (state) => {
    expect(outboundStep('subscribed', state).approval).toBe('noted');
  });

  test.each(STATES)(
    'a request in the state %s is granted at once when it was pre-approved or the contact is subscribed',
    (state) => {
      const isSubscribed = isSeenBy(partsOf(state).subscription);
      expect(inboundStep('subscribe', state).reply).toBe(isSubscribed ? 'subscribed' : undefined);
      const isAsked = partsOf(state).isAsked;
      const approved = inboundStep('subscribe', state, true);
      expect(approved.reply).toBe(isAsked ? undefined : 'subscribed');
      expect(approved.isDelivered).toBe(false);
      if (!isAsked) expect(isSeenBy(partsOf(approved.next).subscription)).toBe(true);
      if (!isAsked) expect(canSee(partsOf(approved.next).subscription)).toBe(canSee(partsOf(state).subscription));
    },
  );

  test.each(STATES)(
    '“unsubscribe” in the state %s is answered with “unsubscribed” when it changes the state',
    (state) => {
      const step = inboundStep('unsubscribe', state);
      expect(step.reply).toBe(step.next === state ? undefined : 'unsubscribed');
    },
  );

  test.each(['subscribed', 'unsubscribed', 'unsubscribe'] as const)(
    'a pre-approval means nothing for inbound “%s”',
    (stanza) => {
      for (const state of STATES) expect(inboundStep(stanza, state, true)).toEqual(inboundStep(stanza, state));
    },
  );
});

test.each(STATES)('the state %s is made of its parts', (state) => {
  expect(stateOf(partsOf(state))).toBe(state);
});

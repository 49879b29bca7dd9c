/** Other Snug servers of the network: the contract's part in contract/pairs.ts. */
import type { Deeds } from './deeds.ts';
import { followSnapshots } from './follow-snapshots.ts';
import { done, endOf, type Implementer } from './implementer.ts';

/** Streams come and go. */
const REFRESH_MS = 1000;

export function createPairHandlers(os: Implementer, deeds: Deeds) {
  const { pairs, clock } = deeds;
  return {
    pairs: {
      list: os.pairs.list.handler(() => pairs.overview()),
      follow: os.pairs.follow.handler((call) =>
        followSnapshots({
          read: () => pairs.overview(),
          onChange: (listener) => pairs.onChange(listener),
          refreshMs: REFRESH_MS,
          clock,
          signal: endOf(call),
        }),
      ),
      consent: os.pairs.consent.handler(async ({ input, context: { actor } }) => {
        await deeds.perform(actor, 'pairs.consent', input);
        return pairs.overview();
      }),
      refuse: os.pairs.refuse.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'pairs.refuse', input)),
      ),
      remove: os.pairs.remove.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'pairs.remove', input)),
      ),
    },
  };
}

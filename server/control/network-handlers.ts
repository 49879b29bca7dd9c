/** Network and trust: the contract's parts in contract/network.ts and contract/trust.ts. */
import type { Deeds } from './deeds.ts';
import { followSnapshots } from './follow-snapshots.ts';
import { endOf, type Implementer } from './implementer.ts';

/** Interfaces come and go without an event. */
const REFRESH_MS = 1000;

export function createNetworkHandlers(os: Implementer, deeds: Deeds) {
  const { network, trust, clock } = deeds;
  return {
    network: {
      get: os.network.get.handler(() => network.describe()),
      follow: os.network.follow.handler((call) =>
        followSnapshots({
          read: () => network.describe(),
          onChange: (listener) => deeds.onChange(listener),
          refreshMs: REFRESH_MS,
          clock,
          signal: endOf(call),
        }),
      ),
      probeName: os.network.probeName.handler(({ input }) => network.probeName(input.domain)),
    },
    trust: {
      get: os.trust.get.handler(() => trust.describe()),
      install: os.trust.install.handler(async ({ context: { actor } }) => {
        await deeds.perform(actor, 'certificates.trustHere', {});
        return trust.describe();
      }),
      remove: os.trust.remove.handler(async ({ context: { actor } }) => {
        await deeds.perform(actor, 'certificates.distrustHere', {});
        return trust.describe();
      }),
      rotate: os.trust.rotate.handler(async ({ context: { actor } }) => {
        await deeds.perform(actor, 'certificates.rotate', {});
        return trust.describe();
      }),
    },
  };
}

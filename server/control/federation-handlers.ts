/** Federation: the contract's part in contract/federation.ts. */
import type { Actor } from '../administration/actor.ts';
import { federationSettings, prepareDomainPattern } from '../config/federation-settings.ts';
import { controlError } from './control-error.ts';
import type { Deeds } from './deeds.ts';
import { followSnapshots } from './follow-snapshots.ts';
import { done, endOf, type Implementer } from './implementer.ts';

/** Counters and times change without an event. */
const REFRESH_MS = 1000;

type List = 'allow' | 'deny';

export function createFederationHandlers(os: Implementer, deeds: Deeds) {
  const { federation, config, clock } = deeds;
  const lists = () => {
    const { allow, deny } = config.group('federation', federationSettings);
    return { allow, deny };
  };
  const change = async (actor: Actor, list: List, patterns: readonly string[]) => {
    await deeds.perform(actor, 'settings.set', { key: `federation.${list}`, value: patterns });
    return lists();
  };
  const prepared = (text: string): string => {
    const pattern = prepareDomainPattern(text);
    if (pattern !== undefined) return pattern;
    throw controlError('INVALID', `“${text}” is not a domain, nor one with *. before it.`);
  };

  return {
    federation: {
      get: os.federation.get.handler(() => federation.overview()),
      follow: os.federation.follow.handler((call) =>
        followSnapshots({
          read: () => federation.overview(),
          onChange: (listener) => federation.onChange(listener),
          refreshMs: REFRESH_MS,
          clock,
          signal: endOf(call),
        }),
      ),
      setEnabled: os.federation.setEnabled.handler(async ({ input, context: { actor } }) => {
        await deeds.perform(actor, 'settings.set', { key: 'federation.enabled', value: input.isEnabled });
        await federation.settled();
        return federation.overview();
      }),
      test: os.federation.test.handler(({ input, context: { actor } }) =>
        deeds.perform(actor, 'federation.test', input),
      ),
      disconnect: os.federation.disconnect.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'federation.disconnect', input)),
      ),
      lists: {
        get: os.federation.lists.get.handler(() => lists()),
        add: os.federation.lists.add.handler(({ input, context: { actor } }) => {
          const pattern = prepared(input.pattern);
          const before = lists()[input.list];
          if (before.includes(pattern)) throw controlError('CONFLICT', `${pattern} is on the list already.`);
          return change(actor, input.list, [...before, pattern]);
        }),
        remove: os.federation.lists.remove.handler(({ input, context: { actor } }) => {
          const pattern = prepared(input.pattern);
          const before = lists()[input.list];
          if (!before.includes(pattern)) throw controlError('NOT_FOUND', `${pattern} is not on the list.`);
          return change(
            actor,
            input.list,
            before.filter((entry) => entry !== pattern),
          );
        }),
      },
      pins: {
        list: os.federation.pins.list.handler(() => federation.pins()),
        add: os.federation.pins.add.handler(({ input, context: { actor } }) =>
          done(deeds.perform(actor, 'federation.pin', input)),
        ),
        remove: os.federation.pins.remove.handler(({ input, context: { actor } }) =>
          done(deeds.perform(actor, 'federation.unpin', input)),
        ),
      },
    },
  };
}

/** Components: the contract's part in contract/components.ts. */
import type { Deeds } from './deeds.ts';
import { done, type Implementer } from './implementer.ts';

export function createComponentHandlers(os: Implementer, deeds: Deeds) {
  return {
    components: {
      list: os.components.list.handler(() => deeds.components()),
      add: os.components.add.handler(async ({ input, context: { actor } }) => {
        const added = await deeds.perform(actor, 'components.add', input);
        const { address, port } = deeds.components();
        return { ...added, address, port };
      }),
      renewSecret: os.components.renewSecret.handler(async ({ input, context: { actor } }) => ({
        secret: await deeds.perform(actor, 'components.renewSecret', input),
      })),
      grant: os.components.grant.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'components.grant', input)),
      ),
      remove: os.components.remove.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'components.remove', input)),
      ),
    },
  };
}

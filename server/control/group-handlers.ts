/** Groups: the contract's part in contract/groups.ts. */
import type { Group } from '../administration/group.ts';
import type { GroupSummary } from './contract.ts';
import type { Deeds } from './deeds.ts';
import { followSnapshots } from './follow-snapshots.ts';
import { done, endOf, type Implementer } from './implementer.ts';

/** For rooms, which are opened a moment after their group. */
const REFRESH_MS = 2_000;

export function createGroupHandlers(os: Implementer, deeds: Deeds) {
  const { groups, clock } = deeds;
  const list = () => groups.list().map(summarize);
  return {
    groups: {
      list: os.groups.list.handler(list),
      follow: os.groups.follow.handler((call) =>
        followSnapshots({
          read: list,
          onChange: (listener) => groups.onChange(listener),
          refreshMs: REFRESH_MS,
          clock,
          signal: endOf(call),
        }),
      ),
      create: os.groups.create.handler(async ({ input, context: { actor } }) =>
        summarize(await deeds.perform(actor, 'groups.create', input)),
      ),
      update: os.groups.update.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'groups.update', input)),
      ),
      remove: os.groups.remove.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'groups.remove', input)),
      ),
      addMembers: os.groups.addMembers.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'groups.addMembers', input)),
      ),
      removeMembers: os.groups.removeMembers.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'groups.removeMembers', input)),
      ),
    },
  };
}

function summarize({ room, ...group }: Group): GroupSummary {
  return { ...group, ...(room === undefined ? {} : { room }) };
}

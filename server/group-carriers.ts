/** How the deeds about groups are carried out. That of everyone is made of settings, which the same deeds change. */
import { DeedError } from './administration/deed-error.ts';
import type { Carriers, DeedName, InputOf } from './administration/deeds.ts';
import { EVERYONE } from './administration/group.ts';
import type { Config } from './config/config.ts';
import { GROUPS, type GroupsService } from './modulehost/groups.ts';
import type { ServiceToken } from './modulehost/services.ts';

type GroupDeed = Extract<DeedName, `groups.${string}`>;

export function createGroupCarriers(
  config: Pick<Config, 'set'>,
  find: <T>(token: ServiceToken<T>) => T,
): Pick<Carriers, GroupDeed> {
  return {
    'groups.create': (wish) => find(GROUPS).create(wish),
    'groups.update': ({ id, ...change }) =>
      id === EVERYONE ? updateEveryone(config, find(GROUPS), change) : find(GROUPS).update(id, change),
    'groups.remove': ({ id }) => find(GROUPS).remove(id),
    'groups.addMembers': ({ id, localparts }) => find(GROUPS).addMembers(id, localparts),
    'groups.removeMembers': ({ id, localparts }) => find(GROUPS).removeMembers(id, localparts),
  };
}

async function updateEveryone(
  config: Pick<Config, 'set'>,
  groups: GroupsService,
  { name, isShared, seenBy = [], hasRoom }: Omit<InputOf<'groups.update'>, 'id'>,
): Promise<void> {
  if (seenBy.length > 0) throw new DeedError('refused', 'Only everyone sees everyone.');
  if (name !== undefined) await config.set('groups.everyoneName', groups.checkName(name, EVERYONE));
  if (isShared !== undefined) await config.set('groups.everyone', isShared);
  if (hasRoom !== undefined) await config.set('groups.everyoneRoom', hasRoom);
  await groups.settled();
}

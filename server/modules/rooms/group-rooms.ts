/** Rooms that belong to a group of accounts. Administrators of the server own them, as they own every room. */
import { joinJid } from '../../jid/jid.ts';
import type { GroupRoomsService } from '../../modulehost/group-rooms.ts';
import { el } from '../../xml/element.ts';
import { type AffiliationChange, changeAffiliations } from './affiliation-changes.ts';
import { changeStatuses, type RoomConfiguration } from './configuration.ts';
import { destroy } from './destroy.ts';
import { tellAll } from './messages.ts';
import { NS_MUC_USER } from './namespaces.ts';
import type { Affiliation } from './privileges.ts';
import type { RoomService } from './service.ts';
import { statusElement } from './status-codes.ts';

/** Colleagues know each other, and who comes later may read what was said (decision 25). */
const CIRCLE: Partial<RoomConfiguration> = {
  isPersistent: true,
  isArchived: true,
  isMembersOnly: true,
  isPublic: true,
  whois: 'anyone',
};

export function createGroupRooms(service: RoomService): GroupRoomsService {
  const { domain } = service.jid;
  const addressOf = (localpart: string) => joinJid(localpart, service.host.domain);

  async function change(
    name: string,
    accounts: readonly string[],
    affiliation: Affiliation,
    isDue: (current: Affiliation | undefined) => boolean,
  ): Promise<void> {
    const room = service.find(name);
    if (room === undefined) return;
    const changes = accounts
      .map(addressOf)
      .filter(({ bare }) => isDue(room.affiliations.get(bare)?.affiliation))
      .map((jid): AffiliationChange => ({ jid, affiliation, isQuiet: true }));
    if (changes.length > 0) await changeAffiliations(service, room, changes);
  }

  return {
    domain,
    freeName(wanted) {
      const isFree = (name: string) => service.find(name) === undefined && !service.entrusted.has(name);
      let name = wanted;
      for (let number = 2; !isFree(name); number++) name = `${wanted}-${number}`;
      service.entrusted.add(name);
      return name;
    },
    async entrust(name, title) {
      service.entrusted.add(name);
      if (service.find(name) === undefined) await service.open(joinJid(name, domain), { ...CIRCLE, name: title });
    },
    async describe(name, { title, isListed }) {
      const room = service.find(name);
      if (room === undefined) return;
      const before = room.configuration;
      room.configuration = { ...before, name: title ?? before.name, isPublic: isListed ?? before.isPublic };
      const statuses = changeStatuses(before, room.configuration);
      if (statuses.length === 0) return;
      await service.store.writeRoom(room);
      tellAll(service, room, el('x', NS_MUC_USER, undefined, statuses.map(statusElement)));
    },
    admit: (name, accounts) => change(name, accounts, 'member', (current) => current === undefined),
    dismiss: (name, accounts) =>
      change(name, accounts, 'none', (current) => current !== undefined && current !== 'outcast'),
    async close(name) {
      const room = service.find(name);
      service.entrusted.delete(name);
      if (room !== undefined) await destroy(service, room, el('destroy', NS_MUC_USER));
    },
  };
}

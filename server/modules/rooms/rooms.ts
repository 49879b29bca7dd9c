/** XEP-0045: Multi-User Chat. Rooms in which several people talk, with moderators, members and owners. */
import { bareJid, joinJid } from '../../jid/jid.ts';
import { GROUP_ROOMS } from '../../modulehost/group-rooms.ts';
import { defineModule } from '../../modulehost/module.ts';
import { ARCHIVE, BLOCK_LISTS, BLOCKING, PUSH, provide } from '../../modulehost/services.ts';
import { changeAffiliations } from './affiliation-changes.ts';
import { CARD_TABLE } from './card/store.ts';
import { createGroupRooms } from './group-rooms.ts';
import { HAT_TABLES } from './hats/store.ts';
import { removeOccupant } from './leave.ts';
import type { Occupant } from './occupants.ts';
import { restoreOccupants } from './restoration.ts';
import { RoomsRoute } from './rooms-route.ts';
import { RoomService } from './service.ts';
import { ROOM_SETTINGS } from './settings.ts';
import { STATUS } from './status-codes.ts';
import { MIGRATIONS } from './store.ts';
import { VERSION_TABLE } from './versions/store.ts';

/** Below the server's domain; never resolved by anybody on the local network. */
const SUBDOMAIN = 'rooms';

export const rooms = defineModule({
  name: 'rooms',
  summary: 'Rooms in which several people talk, with moderators, members and owners.',
  xeps: [
    { xep: '0045', version: '1.35.5' },
    { xep: '0249', version: '1.2' },
    { xep: '0313', version: '1.1.3' },
    { xep: '0317', version: '0.3.1' },
    { xep: '0333', version: '1.0.0' },
    { xep: '0334', version: '1.0.0' },
    { xep: '0359', version: '0.7.0' },
    { xep: '0372', version: '0.5.0' },
    { xep: '0410', version: '1.1.0' },
    { xep: '0421', version: '1.0.1' },
    { xep: '0424', version: '0.4.2' },
    { xep: '0425', version: '0.3.0' },
    { xep: '0433', version: '0.1.0' },
    { xep: '0452', version: '0.2.2' },
    { xep: '0463', version: '0.2.0' },
    { xep: '0486', version: '0.1.0' },
    { xep: '0500', version: '0.1.1' },
    { xep: '0502', version: '0.1.0' },
  ],
  config: ROOM_SETTINGS,
  // Those of a subject stand with it. A new one comes last, since the number tells what a database has.
  migrations: [
    ...MIGRATIONS,
    { version: 3, sql: CARD_TABLE },
    { version: 4, sql: HAT_TABLES },
    { version: 5, sql: VERSION_TABLE },
  ],
  provides: [GROUP_ROOMS],
  needs: [ARCHIVE, BLOCK_LISTS, BLOCKING, PUSH],

  start(host) {
    const domain = `${SUBDOMAIN}.${host.domain}`;
    const service = new RoomService(host, domain, {
      archive: host.use(ARCHIVE),
      push: host.use(PUSH),
      blocking: host.use(BLOCKING),
      blockLists: host.use(BLOCK_LISTS),
    });

    restoreOccupants(service);

    /** Without a stream a session waits to be resumed, before or after a restart. */
    function isWaited({ user, sessions }: Occupant): boolean {
      return [...sessions.values()].some(({ jid }) => {
        const session = host.sessions.get(user.local, jid.resource);
        return session?.jid.full === jid.full && session.stream === undefined;
      });
    }

    return {
      provides: [provide(GROUP_ROOMS, createGroupRooms(service))],
      routes: [{ domain, name: 'Rooms', route: new RoomsRoute(service) }],
      account: {
        /** Whoever gets the same name later has nothing of it. */
        removed: ({ localpart }) => {
          const user = bareJid(joinJid(localpart, host.domain));
          for (const room of [...service.rooms]) {
            room.rememberedRoles.delete(user.bare);
            room.applications.delete(user.bare);
            if (room.hats.forget(user.bare)) void service.hats.forget(room.jid.local, user.bare);
            if (room.affiliations.get(user.bare) === undefined) continue;
            void changeAffiliations(service, room, [{ jid: user, affiliation: 'none', nick: '' }]);
          }
        },
      },
      /** Section 11.2: whoever is still there hears that the service is gone; but for those who come back to it. */
      stop: () => {
        for (const room of [...service.rooms]) {
          for (const occupant of [...room.occupants.all()]) {
            if (isWaited(occupant)) continue;
            removeOccupant(service, room, occupant, { statuses: [STATUS.shutdown], isSilent: true });
          }
        }
        // Whoever starts the module again reads what is on disk.
        return host.writer.flush();
      },
    };
  },
});

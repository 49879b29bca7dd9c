/** XEP-0045: Multi-User Chat. Rooms in which several people talk, with moderators, members and owners. */
import { bareJid, joinJid } from '../../jid/jid.ts';
import { defineModule } from '../../modulehost/module.ts';
import { changeAffiliations } from './affiliation-changes.ts';
import { removeOccupant } from './leave.ts';
import { RoomsRoute } from './rooms-route.ts';
import { RoomService } from './service.ts';
import { ROOM_SETTINGS } from './settings.ts';
import { STATUS } from './status-codes.ts';
import { MIGRATIONS } from './store.ts';

/** Below the server's domain; never resolved by anybody on the local network. */
const SUBDOMAIN = 'rooms';

export const rooms = defineModule({
  name: 'rooms',
  summary: 'Rooms in which several people talk, with moderators, members and owners.',
  xeps: [
    { xep: '0045', version: '1.35.5' },
    { xep: '0249', version: '1.2' },
    { xep: '0359', version: '0.7.0' },
    { xep: '0410', version: '1.1.0' },
    { xep: '0421', version: '1.0.1' },
  ],
  config: ROOM_SETTINGS,
  migrations: MIGRATIONS,

  start(host) {
    const domain = `${SUBDOMAIN}.${host.domain}`;
    const service = new RoomService(host, domain);

    return {
      routes: [{ domain, name: 'Rooms', route: new RoomsRoute(service) }],
      account: {
        /** Whoever gets the same name later has nothing of it. */
        removed: ({ localpart }) => {
          const user = bareJid(joinJid(localpart, host.domain));
          for (const room of [...service.rooms]) {
            room.rememberedRoles.delete(user.bare);
            room.applications.delete(user.bare);
            if (room.affiliations.get(user.bare) === undefined) continue;
            void changeAffiliations(service, room, [{ jid: user, affiliation: 'none', nick: '' }]);
          }
        },
      },
      /** Section 11.2: whoever is still there hears that the service is gone. */
      stop: () => {
        for (const room of [...service.rooms]) {
          for (const occupant of [...room.occupants.all()]) {
            removeOccupant(service, room, occupant, { statuses: [STATUS.shutdown], isSilent: true });
          }
        }
        // Whoever starts the module again reads what is on disk.
        return host.writer.flush();
      },
    };
  },
});

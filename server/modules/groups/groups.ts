/** Groups of accounts: their members see each other without asking, and may have a room that nobody has to invite them to. */
import { GROUP_ROOMS } from '../../modulehost/group-rooms.ts';
import { GROUPS } from '../../modulehost/groups.ts';
import { defineModule } from '../../modulehost/module.ts';
import { PEP, provide, ROSTER, VCARD } from '../../modulehost/services.ts';
import { GroupBook } from './book.ts';
import { RoomBookmarks } from './bookmark.ts';
import { Circles } from './circles.ts';
import { GroupRooms } from './group-rooms.ts';
import { Members } from './members.ts';
import { DisplayNames } from './names.ts';
import { GROUP_SETTINGS } from './settings.ts';
import * as store from './store.ts';

const ACCOUNT_EVENTS = ['disabled', 'enabled', 'restored', 'expiryChanged', 'roleChanged'] as const;

export const groups = defineModule({
  name: 'groups',
  summary: 'Shows people to one another in groups, with their real names, and gives each group its room.',
  xeps: [],
  config: GROUP_SETTINGS,
  migrations: store.GROUPS_MIGRATIONS,
  provides: [GROUPS],
  needs: [ROSTER, GROUP_ROOMS, PEP, VCARD],

  start(host) {
    const { accounts, config, domain, log, randomId, reader, writer } = host;
    const pep = host.use(PEP);
    const names = new DisplayNames(host.use(VCARD), pep);
    const listeners = new Set<() => void>();

    function changed(): void {
      void rooms.sync();
      for (const listener of [...listeners]) listener();
    }

    const members = new Members({
      accounts,
      kept: store.readGroups(reader),
      membershipsOf: (localpart) => store.readMemberships(reader, localpart),
      everyone: () => ({ name: config.everyoneName, isShared: config.everyone, hasRoom: config.everyoneRoom }),
      changed,
    });
    const rooms = new GroupRooms({
      reader,
      writer,
      log,
      rooms: host.use(GROUP_ROOMS),
      bookmarks: new RoomBookmarks(pep),
      hasAccount: (localpart) => accounts.has(localpart),
      wanted: () =>
        [...members.circles].map(([groupId, { name, hasRoom, members: all }]) => ({
          groupId,
          title: name,
          isOn: hasRoom,
          members: new Set([...all].filter((localpart) => members.belongs(localpart))),
        })),
    });
    const book = new GroupBook({
      members,
      randomId,
      write: (changes) => writer.write(changes),
      roomOf: (id) => rooms.addressOf(id),
      settled: () => rooms.sync(),
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    });
    const circles = new Circles({
      domain,
      circles: members.circles,
      isActive: members.isActive,
      nameOf: (localpart) => names.of(localpart),
    });
    const sharing = host.use(ROSTER).share(circles);
    members.show(circles, sharing);
    void rooms.sync();

    const look = ({ localpart, isGuest }: { readonly localpart: string; readonly isGuest: boolean }): void => {
      if (!isGuest) members.look(localpart);
    };
    const takeBack = [
      ...ACCOUNT_EVENTS.map((event) => accounts.on(event, look)),
      names.onChange((localpart) => members.rename(localpart)),
    ];
    return {
      provides: [provide(GROUPS, book)],
      account: {
        created: look,
        removed(account) {
          look(account);
          names.forget(account.localpart);
          rooms.forget(account.localpart);
        },
      },
      settingChanged: () => members.retitle(),
      async stop() {
        for (const undo of takeBack) undo();
        sharing.end();
        await rooms.sync();
      },
    };
  },
});

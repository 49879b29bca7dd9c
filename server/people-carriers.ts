/** What administrators are told about people: who is there, since when, and with whom. */
import type { Account } from './accounts/account.ts';
import { DeedError } from './administration/deed-error.ts';
import type { Attendance, Carriers, DeedName } from './administration/deeds.ts';
import type { DeedCarriersOptions } from './deed-carriers.ts';
import { LAST_ACTIVITY, ROSTER, type ServiceToken } from './modulehost/services.ts';
import type { Session } from './session/session.ts';
import { NS_CLIENT } from './stanza/stanza.ts';

type PeopleDeed = Extract<DeedName, `people.${string}`>;

export function createPeopleCarriers(
  { accounts, sessions, ...options }: DeedCarriersOptions,
  find: <T>(token: ServiceToken<T>) => T,
): Pick<Carriers, PeopleDeed> {
  const sessionsOf = (localpart: string): readonly Session[] => [...sessions.of(localpart).values()];
  const attends: Readonly<Record<Attendance, (account: Account) => boolean>> = {
    registered: () => true,
    disabled: ({ status }) => status === 'disabled',
    online: ({ localpart }) => sessions.of(localpart).size > 0,
    active: ({ localpart }) => sessionsOf(localpart).some(isActive),
    idle: ({ localpart }) => sessions.of(localpart).size > 0 && !sessionsOf(localpart).some(isActive),
  };
  const those = (which: Attendance): readonly Account[] =>
    accounts.list().filter((account) => accounts.isThere(account.localpart) && attends[which](account));

  /** SECURITY: what is told here is about accounts only; guests are nobody. */
  function findAccount(localpart: string): Account {
    const account = accounts.get(localpart);
    if (account?.isGuest === false) return account;
    throw new DeedError('not-found', `There is no account "${localpart}".`);
  }

  return {
    'people.count': ({ which }) => those(which).length,
    'people.list': ({ which }) => those(which).map(({ localpart }) => localpart),
    'people.roster'({ localpart }) {
      findAccount(localpart);
      return [...find(ROSTER).entries(localpart)];
    },
    'people.lastLogin'({ localpart }) {
      findAccount(localpart);
      const bound = sessionsOf(localpart).map(({ boundAtMs }) => boundAtMs);
      return bound.length > 0 ? Math.max(...bound) : options.find(LAST_ACTIVITY)?.lastSeen().get(localpart);
    },
    'people.statistics'({ localpart }) {
      findAccount(localpart);
      const own = sessionsOf(localpart);
      return {
        addresses: [...new Set(own.map(({ remoteAddress }) => remoteAddress))],
        rosterSize: [...find(ROSTER).entries(localpart)].length,
        resources: own.map(({ jid }) => jid.resource),
      };
    },
  };
}

/** Connected and at hand: not a phone in a pocket (XEP-0352), and not away by its own word (RFC 6121 section 4.7.2.1). */
function isActive(session: Session): boolean {
  if (session.stream === undefined || session.outbox.isInactive || session.presence === undefined) return false;
  const show = session.presence.childText('show', NS_CLIENT);
  return show !== 'away' && show !== 'xa';
}

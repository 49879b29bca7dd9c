/** XEP-0012: Last Activity. Tells contacts when somebody was last there, and how long the server has been running. */
import { defineModule } from '../../modulehost/module.ts';
import { LAST_ACTIVITY, provide, ROSTER } from '../../modulehost/services.ts';
import { iqGet, type Request } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Iq } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { LastActivityStore, MIGRATIONS } from './store.ts';

const NS_LAST = 'jabber:iq:last';
/** Characters kept of a status: as many as anybody would read. */
const MAX_STATUS_LENGTH = 500;
const MS_PER_SECOND = 1000;

export const lastActivity = defineModule({
  name: 'last-activity',
  summary: 'Tells contacts when somebody was last there.',
  xeps: [{ xep: '0012', version: '2.0' }],
  features: [NS_LAST],
  accountFeatures: [NS_LAST],
  migrations: MIGRATIONS,
  provides: [LAST_ACTIVITY],
  needs: [ROSTER],

  start(host) {
    const { accounts, clock, sessions } = host;
    const roster = host.use(ROSTER);
    const store = new LastActivityStore(host.reader, host.writer);
    const maySee = (account: string, iq: Iq) => roster.isSubscribed(account, iq.from.bare);
    const record = (account: string, status: string) => store.write(account, { atMs: clock.now(), status });

    const isThere = (account: string) =>
      sessions
        .of(account)
        .values()
        .some((session) => session.isAvailable);

    /**
     * Section 3. SECURITY: "connected or available … subject to local security policies" is read as available: who
     * went unavailable and stays connected does not want to be seen, and a 0 would give that away.
     */
    function ofAccount({ account, addressee, iq }: Request): Element | StanzaError {
      if (addressee === 'account' && !maySee(account, iq)) return new StanzaError('forbidden');
      if (isThere(account)) return answer(0);
      const departure = store.read(account);
      if (departure === undefined) return new StanzaError('item-not-found', 'This account has not been used yet.');
      return answer(clock.now() - departure.atMs, departure.status);
    }

    return {
      iq: [
        iqGet([NS_LAST, 'query'], ['self', 'account'], ofAccount),
        iqGet([NS_LAST, 'query'], ['server'], () => answer(clock.now() - host.startedAtMs)), // section 5
      ],

      passingIq: {
        inbound: {
          /** Section 4: SECURITY: a client may answer everybody, so strangers must not get through to it. */
          guard: (iq, account) => {
            if (iq.type !== 'get' || iq.payload?.xmlns !== NS_LAST || iq.to.resource === '') return undefined;
            return maySee(account, iq) ? undefined : new StanzaError('forbidden');
          },
        },
      },

      session: {
        // Written on arrival too: after a crash that is the last that is known.
        bound: (session) => {
          if (sessions.of(session.account).size === 1) record(session.account, '');
        },
        presenceChanged: (session, before, presence) => {
          if (!before.isAvailable || isThere(session.account) || !accounts.has(session.account)) return;
          record(session.account, readStatus(presence));
        },
      },

      account: { removed: ({ localpart }) => store.remove(localpart) },
      provides: [provide(LAST_ACTIVITY, { lastSeen: () => store.readAll() })],
    };
  },
});

function answer(ageMs: number, status?: string): Element {
  // A clock that was set back must not make the past the future.
  const seconds = Math.max(0, Math.floor(ageMs / MS_PER_SECOND));
  return el('query', NS_LAST, { seconds: String(seconds) }, status);
}

/** Cut to length; half a surrogate pair at the cut is replaced. */
function readStatus(presence: Element): string {
  return (presence.childText('status') ?? '').slice(0, MAX_STATUS_LENGTH).toWellFormed();
}

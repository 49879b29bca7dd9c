/** RFC 3921 section 3: the session request that older clients send after binding. It has nothing left to do. */
import { defineModule } from '../modulehost/module.ts';
import { iqSet } from '../router/iq-table.ts';

const NS_SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

export const legacySession = defineModule({
  name: 'legacy-session',
  summary: 'Lets older clients sign in, which ask for a session of their own.',
  xeps: [],

  start: () => ({
    // COMPAT(Pidgin 2, old libraries): RFC 6121 dropped sessions; these clients wait for the answer before they go on.
    iq: [iqSet([NS_SESSION, 'session'], ['self', 'server'], () => undefined)],
  }),
});

/** XEP-0199: XMPP Ping. Lets a client find out whether the server is still there. */
import { defineModule } from '../modulehost/module.ts';
import { iqGet } from '../router/iq-table.ts';

const NS_PING = 'urn:xmpp:ping';

export const ping = defineModule({
  name: 'ping',
  summary: 'Lets a client find out whether the server is still there.',
  xeps: [{ xep: '0199', version: '2.0.1' }],
  features: [NS_PING],
  start: () => ({
    iq: [iqGet([NS_PING, 'ping'], ['server', 'self'], () => undefined)],
  }),
});

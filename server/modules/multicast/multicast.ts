/** XEP-0033: Extended Stanza Addressing. Sends one message to several people at once, openly or in blind copy. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import type { Jid } from '../../jid/jid.ts';
import { defineModule } from '../../modulehost/module.ts';
import { ServiceRoute } from '../../modulehost/service-route.ts';
import type { Route } from '../../router/router.ts';
import type { Verdict } from '../../router/stages.ts';
import type { Session } from '../../session/session.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Message, Presence } from '../../stanza/stanza.ts';
import { type Addressing, NS_ADDRESS, openHeader, readAddressing, withHeader } from './addresses.ts';
import { Audiences } from './audiences.ts';

const SUBDOMAIN = 'multicast';
const NAME = 'Messages to several people';
const MULTICAST_IDENTITY = { category: 'service', type: 'multicast', name: NAME };

export const multicast = defineModule({
  name: 'multicast',
  summary: 'Sends one message to several people at once, openly or in blind copy.',
  xeps: [{ xep: '0033', version: '1.2.1' }],
  config: {
    maxAddresses: setting(
      // Section 8 wants it between 20 and 100.
      z.int().min(21).max(99),
      50,
      'To how many people one message may go.',
    ),
  },

  start(host) {
    const { accounts, config, router, log } = host;
    const domain = `${SUBDOMAIN}.${host.domain}`;
    const audiences = new Audiences();

    /**
     * Takes what a session sends to the service before it is archived or copied as if it were for the service itself:
     * in the sender's history, on its other devices and before its block list it is what it would be if the client had
     * sent it to each addressee.
     */
    function guard(stanza: Message | Presence, sender: Session): Verdict {
      const { to, type } = stanza;
      if (to?.domain !== domain) return undefined;
      if (type === 'error') return 'handled';
      if (to.full !== domain) return stanza.kind === 'message' ? new StanzaError('service-unavailable') : 'handled';
      const addressing = readAddressing(stanza.element, config.maxAddresses);
      if (addressing instanceof StanzaError) return addressing;
      if (addressing === undefined) return withoutAddresses(stanza, sender);
      if (accounts.get(sender.account)?.isGuest === true)
        return new StanzaError('forbidden', 'Guests write to one person at a time.');
      const beyond = addressing.due.find(({ jid }) => !canReach(jid));
      // Section 6, rule 5: to all or to nobody.
      if (beyond !== undefined)
        return new StanzaError('forbidden', `${beyond.jid.domain} cannot be reached from here.`);
      distribute(stanza, addressing, sender);
      return 'handled';
    }

    /** Section 5.1: who goes without naming anybody goes for all whom this service has told of the presence. */
    function withoutAddresses(stanza: Message | Presence, sender: Session): Verdict {
      if (stanza.kind === 'message') return new StanzaError('service-unavailable');
      if (stanza.type !== 'unavailable') return 'handled';
      for (const jid of audiences.of(sender)) submit(stanza, stanza.element, jid, sender);
      return 'handled';
    }

    function distribute(stanza: Message | Presence, addressing: Addressing, sender: Session): void {
      const header = openHeader(addressing, sender.jid);
      const open = withHeader(stanza.element, header, undefined);
      for (const { jid, blind } of addressing.due) {
        const element = blind === undefined ? open : withHeader(stanza.element, header, blind);
        submit(stanza, element, jid, sender);
        if (stanza.kind === 'presence' && stanza.type === 'available') audiences.add(sender, jid);
      }
    }

    function submit(stanza: Message | Presence, element: Message['element'], to: Jid, sender: Session): void {
      // Of what is submitted here only requests return a promise, and there are none.
      void router.submit({ ...stanza, element: element.withAttr('to', to.full), to }, sender);
    }

    /** SECURITY: this service itself is nowhere it could send to, or one stanza would beget others without end. */
    function canReach(jid: Jid): boolean {
      return jid.domain !== domain && (router.routes.has(jid.domain) || router.remote !== undefined);
    }

    return {
      message: { outbound: { guard } },
      presence: { outbound: { guard } },
      routes: [{ domain, name: NAME, route: createRoute() }],
    };

    /** For requests, and for what does not come from a session here: others may not use the service (section 2.2). */
    function createRoute(): Route {
      const serviceFor = (features: readonly string[]) =>
        new ServiceRoute({
          router,
          log,
          info: () => ({ identities: [MULTICAST_IDENTITY], features }),
          requests: [],
        });
      const forMembers = serviceFor([NS_ADDRESS]);
      // Another server that read the feature would send here what it then could not deliver.
      const forOthers = serviceFor([]);
      return {
        deliver(stanza, sender) {
          const { kind, element, from } = stanza;
          if (kind !== 'iq' && element.child('addresses', NS_ADDRESS) !== undefined)
            return router.refuse(
              stanza,
              new StanzaError('forbidden', 'This is for people who have an account here.'),
              sender,
            );
          return (from.domain === host.domain ? forMembers : forOthers).deliver(stanza, sender);
        },
      };
    }
  },
});

/** XEP-0356: Privileged Entity. Lets trusted components see and do for people here what the server itself does for them. */

import { ComponentAdverts } from '../../modulehost/component-adverts.ts';
import { COMPONENTS, type Component, type ComponentEvent } from '../../modulehost/components.ts';
import { defineModule } from '../../modulehost/module.ts';
import { ROSTER } from '../../modulehost/services.ts';
import { iqGet, iqSet } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Iq, NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { Acting } from './acting.ts';
import { isPushedTo, NS_PRIVILEGE, privilegeAdvert } from './advert.ts';
import { PrivilegedMessages } from './messages.ts';
import { Presences } from './presences.ts';
import { PrivilegedRequests } from './requests.ts';

const ID_BYTES = 6;
const PRIVILEGED_IQ = [NS_PRIVILEGE, 'privileged_iq'] as const;

export const privileges = defineModule({
  name: 'privileges',
  summary: 'Lets trusted components act for the people of this server.',
  xeps: [{ xep: '0356', version: '0.4.1' }],
  needs: [COMPONENTS, ROSTER],

  start(host) {
    const { domain, router, accounts, sessions, clock, randomId } = host;
    const components = host.use(COMPONENTS);
    const roster = host.use(ROSTER);
    const acting = new Acting({ router, clock, randomId });
    const requests = new PrivilegedRequests({ domain, accounts, router, acting });
    const messages = new PrivilegedMessages({ domain, accounts, router, clock });
    const presences = new Presences({
      domain,
      sessions,
      roster,
      list: () => components.list(),
      send: (presence) => router.send(presence),
    });

    const adverts = new ComponentAdverts({
      domain,
      randomId,
      send: (message) => router.send(message),
      advert: ({ grants }) => privilegeAdvert(grants),
    });

    function heard(event: ComponentEvent, component: Component): void {
      adverts.heard(event, component);
      presences.update();
    }

    /** Section 4.4: with the account's bare JID as `from`. */
    function push(account: string, query: Element): void {
      for (const component of components.list()) {
        if (component.connection === undefined || !isPushedTo(component.grants)) continue;
        const attributes = { type: 'set', id: randomId(ID_BYTES), from: `${account}@${domain}`, to: component.domain };
        router.send(el('iq', NS_CLIENT, attributes, query));
      }
    }

    const takeBack = [
      components.on(heard),
      roster.onPush(push),
      components.intercept((stanza, component) => {
        if (stanza.kind === 'iq') return requests.take(stanza, component);
        return stanza.kind === 'message' ? messages.take(stanza, component) : undefined;
      }),
    ];
    // Components never come here: what they send has been looked at before.
    const forbidden = () => new StanzaError('forbidden', 'Only components with privileges may do that.');
    const settle = (iq: Iq) => acting.take(iq);
    return {
      iq: [
        iqGet(PRIVILEGED_IQ, ['server', 'self', 'account'], forbidden),
        iqSet(PRIVILEGED_IQ, ['server', 'self', 'account'], forbidden),
      ],
      toServer: ({ element, type }) =>
        type !== 'error' && element.child('privilege', NS_PRIVILEGE) !== undefined ? forbidden() : undefined,
      passingIq: { outbound: { guard: settle }, inbound: { guard: settle } },
      presence: {
        inbound: {
          record(presence, account) {
            presences.came(presence, account);
            return undefined;
          },
        },
      },
      session: {
        presenceChanged: (session, before, presence) => presences.changed(session, before.isAvailable, presence),
      },
      stop() {
        for (const undo of takeBack) undo();
        acting.stop();
      },
    };
  },
});

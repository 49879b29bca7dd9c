/** XEP-0355: Namespace Delegation. Lets components answer in place of the server, as its administrator decides. */

import { ComponentAdverts } from '../../modulehost/component-adverts.ts';
import { COMPONENTS, type Component, type ComponentEvent } from '../../modulehost/components.ts';
import { defineModule } from '../../modulehost/module.ts';
import type { Answer, Request } from '../../router/iq-table.ts';
import { iqGet } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { delegationAdvert, NS_DELEGATION } from './advert.ts';
import { Forwarding } from './forwarding.ts';
import { findManager } from './matching.ts';
import { Nesting } from './nesting.ts';

export const delegation = defineModule({
  name: 'delegation',
  summary: 'Lets components answer requests in place of the server.',
  xeps: [{ xep: '0355', version: '0.5' }],
  features: [NS_DELEGATION],
  needs: [COMPONENTS],

  start({ domain, router, disco, ownRequests, randomId, log, use }) {
    const components = use(COMPONENTS);
    const forwarding = new Forwarding({
      ownRequests,
      spoiled: (component) => log.warn({ component }, 'a component answered a delegated request in a wrong way'),
    });
    const adverts = new ComponentAdverts({
      domain,
      randomId,
      send: (message) => router.send(message),
      advert: ({ grants }) => delegationAdvert(grants),
    });
    const nesting = new Nesting({ disco, ownRequests, list: () => components.list() });
    /** Those that answer for something, so that all other requests cost one look. */
    let managers: readonly Component[] = [];

    function update(): void {
      managers = components.list().filter(({ grants }) => grants.delegated.length > 0);
      nesting.update();
    }

    function heard(event: ComponentEvent, component: Component): void {
      adverts.heard(event, component);
      update();
    }

    /** Section 4.3, first note: also while the manager is away it is not for the server to answer. */
    function delegate(request: Request): Promise<Answer> | undefined {
      if (managers.length === 0) return undefined;
      const manager = findManager(request, managers, disco);
      if (manager === undefined) return undefined;
      if (manager.connection === undefined) return Promise.resolve(new StanzaError('service-unavailable'));
      return forwarding.ask(manager.domain, request.iq);
    }

    /** Section 5: only the administrator delegates here (section 9, note 1), and never this namespace (section 8, rule 5). */
    function refuse({ payload }: Request): StanzaError {
      const isOwn = payload.elements.some((child) => child.attr('namespace') === NS_DELEGATION);
      if (isOwn) return new StanzaError('forbidden', 'This namespace cannot be delegated.');
      return new StanzaError('not-allowed', 'Only the administrator of this server delegates namespaces.');
    }

    const forget = components.on(heard);
    update();
    return {
      delegate,
      iq: [iqGet([NS_DELEGATION, 'query'], ['server'], refuse)],
      stop() {
        forget();
        nesting.stop();
      },
    };
  },
});

/** A service with an address of its own below the server's domain that answers requests and nothing else. */

import type { Logger } from '../log/log.ts';
import { answerRequest } from '../router/answering.ts';
import { type IqRoute, IqTable, iqGet } from '../router/iq-table.ts';
import type { Route, Router } from '../router/router.ts';
import type { Session } from '../session/session.ts';
import { StanzaError } from '../stanza/error.ts';
import type { AddressedStanza, Iq } from '../stanza/stanza.ts';
import { type Element, el } from '../xml/element.ts';
import type { DiscoInfo } from './disco.ts';
import { discoInfoElement, NS_DISCO_INFO } from './disco-info.ts';

const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
const NS_PING = 'urn:xmpp:ping';

export interface ServiceRouteOptions {
  readonly router: Router;
  readonly log: Logger;
  /** Asked each time; `disco#info`, `disco#items` and `urn:xmpp:ping` are added to its features. */
  readonly info: () => DiscoInfo;
  /** Answered for the addressee `server`. */
  readonly requests: readonly IqRoute[];
}

export class ServiceRoute implements Route {
  readonly #options: ServiceRouteOptions;
  readonly #requests = new IqTable();

  /** Throws when two of the requests claim the same payload. */
  constructor(options: ServiceRouteOptions) {
    this.#options = options;
    const standard = [
      iqGet([NS_DISCO_INFO, 'query'], ['server'], ({ payload }) => this.#info(payload)),
      iqGet([NS_DISCO_ITEMS, 'query'], ['server'], ({ payload }) =>
        payload.attr('node') ? new StanzaError('item-not-found') : el('query', NS_DISCO_ITEMS),
      ),
      iqGet([NS_PING, 'ping'], ['server'], () => undefined),
    ];
    for (const route of [...standard, ...options.requests]) this.#requests.add(route);
  }

  deliver(stanza: AddressedStanza, sender: Session | undefined): void | Promise<void> {
    // Presence is nothing to us, and a message is for nobody here.
    if (stanza.kind === 'presence') return;
    const { type } = stanza;
    if (stanza.kind === 'iq' && (type === 'get' || type === 'set')) return this.#answer(stanza, type, sender);
    this.#options.router.refuse(stanza, new StanzaError('service-unavailable'), sender);
  }

  #answer(iq: Iq, type: 'get' | 'set', sender: Session | undefined): void | Promise<void> {
    const { payload } = iq;
    const route = iq.to.local === '' && payload && this.#requests.find(type, payload, 'server');
    if (payload === undefined || !route) {
      this.#options.router.refuse(iq, new StanzaError('service-unavailable'), sender);
      return;
    }
    return answerRequest(this.#options, route, { iq, payload, addressee: 'server', account: '', sender });
  }

  #info(query: Element): Element | StanzaError {
    if (query.attr('node')) return new StanzaError('item-not-found');
    const { identities, features, forms = [] } = this.#options.info();
    return discoInfoElement(undefined, {
      identities,
      features: [NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING, ...features],
      forms,
    });
  }
}

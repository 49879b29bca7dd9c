/** A service with an address of its own below the server's domain that answers requests and nothing else. */

import type { Logger } from '../log/log.ts';
import { type IqRoute, IqTable, iqGet, type Request } from '../router/iq-table.ts';
import type { Route, Router } from '../router/router.ts';
import type { Session } from '../session/session.ts';
import { StanzaError } from '../stanza/error.ts';
import { formElement } from '../stanza/form.ts';
import { resultOf } from '../stanza/iq.ts';
import type { AddressedStanza, Iq } from '../stanza/stanza.ts';
import { type Element, el } from '../xml/element.ts';
import type { DiscoInfo } from './disco.ts';

const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
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
    const { router, log } = this.#options;
    const { payload } = iq;
    const route = iq.to.local === '' && payload && this.#requests.find(type, payload, 'server');
    if (payload === undefined || !route) return router.refuse(iq, new StanzaError('service-unavailable'), sender);
    const request: Request = { iq, payload, addressee: 'server', account: '', sender };
    const reply = (answer: Element | StanzaError | undefined): void => {
      if (answer instanceof StanzaError) router.refuse(iq, answer, sender);
      else router.answer(resultOf(iq, answer), sender);
    };
    const failed = (error: unknown): void => {
      log.error({ err: error, xmlns: payload.xmlns }, 'a request failed by a fault of the server');
      router.refuse(iq, new StanzaError('internal-server-error'), sender);
    };
    try {
      const answer = route.handler(request);
      if (!(answer instanceof Promise)) return reply(answer);
      const settled = answer.then(reply, failed);
      return route.isDetached ? undefined : settled;
    } catch (error) {
      failed(error);
    }
  }

  #info(query: Element): Element | StanzaError {
    if (query.attr('node')) return new StanzaError('item-not-found');
    const { identities, features, forms = [] } = this.#options.info();
    return el(
      'query',
      NS_DISCO_INFO,
      undefined,
      identities.map(({ category, type, name }) => el('identity', NS_DISCO_INFO, { category, type, name })),
      [NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING, ...features].map((name) => el('feature', NS_DISCO_INFO, { var: name })),
      forms.map(formElement),
    );
  }
}

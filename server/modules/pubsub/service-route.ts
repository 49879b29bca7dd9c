/** The route of the service: requests, owners' decisions, and presence of those who show themselves to it. */
import type { Jid } from '../../jid/jid.ts';
import type { Answer } from '../../router/iq-table.ts';
import type { Route, Router } from '../../router/router.ts';
import type { Session } from '../../session/session.ts';
import { StanzaError } from '../../stanza/error.ts';
import { resultOf } from '../../stanza/iq.ts';
import type { AddressedStanza, Iq, Message, Presence } from '../../stanza/stanza.ts';
import { decide, isDecision } from './authorization.ts';
import { bounced } from './bounces.ts';
import type { Engine } from './engine.ts';
import type { Space } from './spaces.ts';

export interface ServiceRouteOptions {
  readonly engine: Engine;
  readonly router: Router;
  readonly space: () => Space;
  readonly answer: (iq: Iq) => Answer | Promise<Answer>;
  readonly sawPresence: (presence: Presence & { readonly to: Jid }) => void;
}

export class ServiceRoute implements Route {
  readonly #options: ServiceRouteOptions;

  constructor(options: ServiceRouteOptions) {
    this.#options = options;
  }

  deliver(stanza: AddressedStanza, sender: Session | undefined): void | Promise<void> {
    const { router, sawPresence } = this.#options;
    // There is nobody at the service: only its domain is addressed.
    if (stanza.to.local !== '') return router.refuse(stanza, new StanzaError('item-not-found'), sender);
    switch (stanza.kind) {
      case 'message':
        return this.#takeMessage(stanza, sender);
      case 'presence':
        return sawPresence(stanza);
      case 'iq':
        return this.#takeIq(stanza, sender);
    }
  }

  #takeMessage(message: Message, sender: Session | undefined): void {
    const { engine, router, space } = this.#options;
    if (message.type === 'error') {
      bounced(engine, space(), message);
      return;
    }
    const refused = isDecision(message)
      ? decide(engine, space(), message)
      : new StanzaError('service-unavailable', 'Nobody reads messages here.');
    if (refused !== undefined) router.refuse(message, refused, sender);
  }

  #takeIq(iq: Iq, sender: Session | undefined): void | Promise<void> {
    if (iq.type !== 'get' && iq.type !== 'set') return undefined;
    const answer = this.#options.answer(iq);
    if (!(answer instanceof Promise)) return this.#reply(iq, answer, sender);
    return answer.then(
      (settled) => this.#reply(iq, settled, sender),
      (error) => {
        this.#options.engine.log.error({ err: error }, 'a request to the service failed');
        this.#options.router.refuse(iq, new StanzaError('internal-server-error'), sender);
      },
    );
  }

  #reply(iq: Iq, answer: Answer, sender: Session | undefined): void {
    const { router } = this.#options;
    if (answer instanceof StanzaError) router.refuse(iq, answer, sender);
    else router.answer(resultOf(iq, answer), sender);
  }
}

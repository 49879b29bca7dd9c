/** The route of a component's domain: everything goes to the component, whoever it is for there. */
import type { Router } from '../../router/router.ts';
import type { Session } from '../../session/session.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { AddressedStanza } from '../../stanza/stanza.ts';
import type { ComponentStream } from './component-stream.ts';

export interface ComponentRouteOptions {
  readonly domain: string;
  readonly router: Router;
  /** Undefined while the component is away. */
  readonly stream: () => ComponentStream | undefined;
}

export class ComponentRoute {
  readonly #options: ComponentRouteOptions;

  constructor(options: ComponentRouteOptions) {
    this.#options = options;
  }

  deliver(stanza: AddressedStanza, sender: Session | undefined): void {
    const { stream, router, domain } = this.#options;
    const open = stream();
    if (open !== undefined) {
      // A client's presence to everybody, and what it says to itself, has no `to`; here there always is one.
      open.send(stanza.element);
      return;
    }
    // Presence goes to every contact beyond a bridge; one error for each of them would tell nobody anything.
    if (stanza.kind === 'presence' && stanza.type !== 'subscribe') return;
    const refusal = new StanzaError('service-unavailable', `${domain} is not connected at the moment.`, {
      type: 'wait',
    });
    router.refuse(stanza, refusal, sender);
  }
}

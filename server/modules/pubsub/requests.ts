/** Which request is answered by what. */
import type { Answer } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Iq } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';
import { changeAffiliations, showAffiliations } from './affiliation-requests.ts';
import { create } from './creation.ts';
import type { Engine, PubSubRequest } from './engine.ts';
import { NS_PUBSUB, NS_PUBSUB_OWNER } from './namespaces.ts';
import { changeOptions, showDefaultOptions, showOptions } from './options.ts';
import { ownAffiliations, ownSubscriptions } from './own-lists.ts';
import { configure, deleteNode, purge, showConfiguration, showDefaults } from './owner-requests.ts';
import { publish } from './publishing.ts';
import { retract } from './retraction.ts';
import { retrieve } from './retrieval.ts';
import type { Space } from './spaces.ts';
import { subscribe, unsubscribe } from './subscribing.ts';
import { changeSubscriptions, showSubscriptions } from './subscription-requests.ts';

type Handler = (request: PubSubRequest) => Answer | Promise<Answer>;
type Handlers = Readonly<Record<string, Handler>>;

const HANDLERS: Readonly<Record<'get' | 'set', Readonly<Record<string, Handlers>>>> = {
  get: {
    [NS_PUBSUB]: {
      affiliations: ownAffiliations,
      default: showDefaultOptions,
      items: retrieve,
      options: showOptions,
      subscriptions: ownSubscriptions,
    },
    [NS_PUBSUB_OWNER]: {
      affiliations: showAffiliations,
      configure: showConfiguration,
      default: showDefaults,
      subscriptions: showSubscriptions,
    },
  },
  set: {
    // In this order: `subscribe` with `options` is a subscription.
    [NS_PUBSUB]: { create, subscribe, unsubscribe, publish, retract, options: changeOptions },
    [NS_PUBSUB_OWNER]: {
      affiliations: changeAffiliations,
      configure,
      delete: deleteNode,
      purge,
      subscriptions: changeSubscriptions,
    },
  },
};

/** Answers a request whose payload is `<pubsub/>`, in either namespace. */
export function answer(engine: Engine, space: Space, iq: Iq, payload: Element): Answer | Promise<Answer> {
  const handlers = iq.type === 'get' || iq.type === 'set' ? HANDLERS[iq.type][payload.xmlns] : undefined;
  for (const [name, handler] of Object.entries(handlers ?? {})) {
    const action = payload.child(name);
    if (action !== undefined) return handler({ engine, space, from: iq.from, iq, payload, action });
  }
  if (payload.elements.length === 0) return new StanzaError('bad-request', 'The request is empty.');
  return new StanzaError('feature-not-implemented', 'This is no request that is known here.');
}

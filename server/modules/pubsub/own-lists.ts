/** What an entity has with the nodes of a service (XEP-0060 sections 5.6 and 5.7). */
import { StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import { findNode } from './access.ts';
import type { PubSubRequest } from './engine.ts';
import { NS_PUBSUB } from './namespaces.ts';
import type { PubSubNode } from './node.ts';
import { subscriptionElement } from './subscribing.ts';

export function ownSubscriptions(request: PubSubRequest): Element | StanzaError {
  const { from, action } = request;
  const nodes = nodesMeant(request);
  if (nodes instanceof StanzaError) return nodes;
  const subscriptions = nodes.flatMap((node) =>
    Array.from(node.subscriptionsOf(from), (subscription) => subscriptionElement(NS_PUBSUB, node, subscription)),
  );
  return el(
    'pubsub',
    NS_PUBSUB,
    undefined,
    el('subscriptions', NS_PUBSUB, { node: action.attr('node') }, subscriptions),
  );
}

export function ownAffiliations(request: PubSubRequest): Element | StanzaError {
  const { from, action } = request;
  const nodes = nodesMeant(request);
  if (nodes instanceof StanzaError) return nodes;
  const affiliations = nodes.flatMap((node) => {
    const affiliation = node.affiliations.get(from.bare);
    return affiliation === undefined ? [] : [el('affiliation', NS_PUBSUB, { node: node.id, affiliation })];
  });
  return el('pubsub', NS_PUBSUB, undefined, el('affiliations', NS_PUBSUB, { node: action.attr('node') }, affiliations));
}

/** The one that is named, or all. */
function nodesMeant({ space, action }: PubSubRequest): readonly PubSubNode[] | StanzaError {
  const id = action.attr('node');
  if (id === undefined || id === '') return [...space.nodes.values()];
  const node = findNode(space, id);
  return node instanceof StanzaError ? node : [node];
}

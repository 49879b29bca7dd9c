/** What is published, and whether it may be (XEP-0060 sections 4.1, 4.3 and 7.1.3). */
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Element } from '../../xml/element.ts';
import { refuseRetrieval } from './access.ts';
import { NS_ATOM } from './body.ts';
import { MAX_ID_LENGTH } from './creation.ts';
import type { Engine } from './engine.ts';
import { dropExpired } from './expiry.ts';
import type { PubSubNode } from './node.ts';
import { refusal } from './refusal.ts';
import type { Space } from './spaces.ts';

/** What is published: no item at all at a node that only tells that something happened. */
export interface Publication {
  readonly id: string | undefined;
  readonly payload: Element | undefined;
}

/** The most items that the node keeps. */
export function capacityOf(engine: Engine, { configuration }: PubSubNode): number {
  const { maxItems } = engine.front.limits();
  return configuration.max_items === 'max' ? maxItems : Math.min(configuration.max_items, maxItems);
}

/** Sections 4.1 and 16.4.4, `publish_model`. */
export function mayPublish(engine: Engine, space: Space, node: PubSubNode, user: Jid): boolean {
  switch (engine.affiliationOf(space, node, user)) {
    case 'owner':
    case 'publisher':
    case 'publish-only':
      return true;
    case 'outcast':
      return false;
    default: {
      const { publish_model: model } = node.configuration;
      if (model !== 'subscribers') return model === 'open';
      // A subscription outlives the access to the node; what it is good for does not.
      return node.isSubscribed(user) && refuseRetrieval(engine, space, node, user) === undefined;
    }
  }
}

/** Section 7.1.3.6: at most one payload. */
export function readItem(item: Element | undefined): Publication | undefined | StanzaError {
  if (item === undefined) return undefined;
  if (item.elements.length > 1) return refusal('bad-request', 'invalid-payload', 'An item has one payload.');
  const id = item.attr('id') || undefined;
  if (id !== undefined && id.length > MAX_ID_LENGTH) {
    return new StanzaError('not-acceptable', `The id of an item has at most ${MAX_ID_LENGTH} characters.`);
  }
  return { id, payload: item.elements[0] };
}

/** Section 7.1.3.7, with the table of section 4.3, then sections 7.1.3.5 and 7.1.3.6. */
export function refusePublication(
  engine: Engine,
  node: PubSubNode,
  published: Publication | undefined,
): StanzaError | undefined {
  const {
    persist_items: isPersistent,
    deliver_payloads: hasPayloads,
    type,
    max_payload_size: own,
  } = node.configuration;
  if (published === undefined) {
    if (!isPersistent && !hasPayloads) return undefined;
    return refusal('bad-request', 'item-required', 'This node takes nothing without an item.');
  }
  if (!isPersistent && !hasPayloads) {
    return refusal('bad-request', 'item-forbidden', 'This node only tells that something has happened.');
  }
  const { payload } = published;
  if (payload === undefined) {
    return hasPayloads ? refusal('bad-request', 'payload-required', 'An item of this node has a payload.') : undefined;
  }
  // Atom carries things of many types (XEP-0277 and others), which the node's type then names.
  if (type !== '' && payload.xmlns !== type && payload.xmlns !== NS_ATOM) {
    return refusal('bad-request', 'invalid-payload', `Payloads of this node are of the namespace ${type}.`);
  }
  const { maxPayloadBytes } = engine.front.limits();
  const limit = own === 0 ? maxPayloadBytes : Math.min(own, maxPayloadBytes);
  if (bytesOf(payload) <= limit) return undefined;
  return refusal('not-acceptable', 'payload-too-big', `A payload may have at most ${limit} bytes here.`);
}

/** Section 7.1.3.4, and what all nodes together may hold. */
export function refuseRoom(
  engine: Engine,
  space: Space,
  node: PubSubNode,
  published: Publication | undefined,
): StanzaError | undefined {
  if (!node.configuration.persist_items || published === undefined) return undefined;
  dropExpired(engine, space, node);
  const former = published.id === undefined ? undefined : node.items.head(published.id);
  const isFull = former === undefined && node.items.count >= capacityOf(engine, node);
  if (isFull && node.configuration.publish_node_full === 'reject') {
    return refusal('conflict', 'node-full', 'This node is full.');
  }
  const added = bytesOf(published.payload) - (former?.bytes ?? 0);
  if (added <= 0 || space.bytes + added <= engine.front.limits().maxBytes) return undefined;
  return new StanzaError('resource-constraint', 'There is no room left for items.');
}

export function bytesOf(payload: Element | undefined): number {
  return payload === undefined ? 0 : Buffer.byteLength(payload.toXml());
}

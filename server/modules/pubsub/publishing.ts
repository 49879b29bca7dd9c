/** Publishing items (XEP-0060 section 7.1). */
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Change } from '../../store/writer.ts';
import { type Element, el } from '../../xml/element.ts';
import { findNode } from './access.ts';
import { NS_ATOM } from './body.ts';
import { findUnknown, findUnmet, readChange } from './configuration-form.ts';
import { MAX_ID_LENGTH, makeNode } from './creation.ts';
import type { Engine, PubSubRequest } from './engine.ts';
import { dropExpired } from './expiry.ts';
import type { Item, ItemHead } from './items.ts';
import { NS_PUBSUB, PUBLISH_OPTIONS } from './namespaces.ts';
import type { PubSubNode } from './node.ts';
import { notifyPublished, notifyRetracted } from './notifications.ts';
import { nodeIdRequired, refusal } from './refusal.ts';
import type { Space } from './spaces.ts';
import { removeItem, writeItem } from './store.ts';
import { readForm, type Values } from './submitted-form.ts';

/** What is published: no item at all at a node that only tells that something happened. */
interface Publication {
  readonly id: string | undefined;
  readonly payload: Element | undefined;
}

export function publish(request: PubSubRequest): Promise<Element> | StanzaError {
  const { engine, space, from, action } = request;
  const id = action.attr('node');
  if (id === undefined || id === '') return nodeIdRequired();
  const options = readPublishOptions(request);
  if (options instanceof StanzaError) return options;
  const items = action.elements.filter((child) => child.is('item', NS_PUBSUB));
  if (items.length > 1) return new StanzaError('bad-request', 'Items are published one at a time.');
  const published = readItem(items[0]);
  if (published instanceof StanzaError) return published;

  const place = findPlace(request, id, options);
  if (place instanceof StanzaError) return place;
  const { node, changes } = place;
  const refused = refusePublication(engine, node, published) ?? refuseRoom(engine, space, node, published);
  if (refused !== undefined) {
    if (changes.length > 0) space.nodes.delete(id); // made for this item alone
    return refused;
  }
  const done = putItem({ engine, space, node, publisher: from, published, changes });
  return done.then((itemId) =>
    el(
      'pubsub',
      NS_PUBSUB,
      undefined,
      el('publish', NS_PUBSUB, { node: id }, itemId === undefined ? undefined : el('item', NS_PUBSUB, { id: itemId })),
    ),
  );
}

export interface Putting {
  readonly engine: Engine;
  readonly space: Space;
  readonly node: PubSubNode;
  readonly publisher: Jid;
  readonly published: Publication | undefined;
  /** What has to be written before, for a node that is new. */
  readonly changes: readonly Change[];
}

/** Puts the item into the node and tells of it once it is on disk. The id, if the item has one. */
export async function putItem(putting: Putting): Promise<string | undefined> {
  const { engine, space, node, publisher, published, changes } = putting;
  const { configuration: config, items } = node;
  const service = space.jid.bare;
  const isKept = config.persist_items && published !== undefined;
  const payload = published?.payload;
  const item: Item | undefined = published && {
    id: published.id ?? engine.newId(),
    position: 0,
    atMs: engine.now,
    publisher: publisher.bare,
    bytes: bytesOf(payload),
    payload,
  };
  const writes: Change[] = [...changes];
  let stored: ItemHead | undefined;
  let dropped: readonly ItemHead[] = [];
  if (isKept && item !== undefined) {
    space.bytes += item.bytes - (items.head(item.id)?.bytes ?? 0);
    stored = items.put(item);
    dropped = dropOldest(engine, space, node);
    writes.push(writeItem(service, node.id, { ...item, position: stored.position }));
    for (const { id } of dropped) writes.push(removeItem(service, node.id, id));
  }
  const written = writes.length > 0 ? engine.spaces.write(space, writes) : undefined;
  const retracted = dropped.map(({ id }) => id);
  engine.changed({ node: node.id, published: item === undefined ? [] : [item], retracted }, space);
  await written;
  if (stored !== undefined) items.stored(stored);
  notifyPublished(engine, space, node, item);
  // Section 7.1.2.4. In a node of one item the new one has taken the place of the old one, and everybody knows.
  if (config.publish_node_full === 'retract-oldest' && config.notify_retract && config.max_items !== 1) {
    notifyRetracted(engine, space, node, retracted);
  }
  return item?.id;
}

/** The most items that the node keeps. */
export function capacityOf(engine: Engine, { configuration }: PubSubNode): number {
  const { maxItems } = engine.front.limits();
  return configuration.max_items === 'max' ? maxItems : Math.min(configuration.max_items, maxItems);
}

/** Takes away in memory what is too much. */
export function dropOldest(engine: Engine, space: Space, node: PubSubNode): readonly ItemHead[] {
  const excess = node.items.count - capacityOf(engine, node);
  if (excess <= 0) return [];
  const oldest = [...node.items.heads()].slice(0, excess);
  for (const { id, bytes } of oldest) {
    node.items.remove(id);
    space.bytes -= bytes;
  }
  return oldest;
}

/** The node that is named, checked as section 7.1.5 demands, or a new one as in section 7.1.4. */
function findPlace(
  { engine, space, from }: PubSubRequest,
  id: string,
  options: Values,
): { readonly node: PubSubNode; readonly changes: readonly Change[] } | StanzaError {
  const limits = engine.front.limits();
  const found = findNode(space, id);
  if (found instanceof StanzaError) {
    if (found.condition !== 'item-not-found') return found;
    const change = readChange(options, limits);
    if (change instanceof StanzaError) return change;
    const made = makeNode(engine, space, from, id, change);
    if (!(made instanceof StanzaError)) return made;
    // SECURITY: whoever may make no nodes here learns no more than that there is none.
    return made.condition === 'forbidden' ? found : made;
  }
  if (!mayPublish(engine, space, found, from)) return new StanzaError('forbidden', 'You may not publish at this node.');
  const unmet = findUnmet(options, found.configuration, limits);
  if (unmet === undefined) return { node: found, changes: [] };
  return refusal('conflict', 'precondition-not-met', `The node has another ${unmet}.`);
}

/** Sections 4.1 and 16.4.4, `publish_model`. */
function mayPublish(engine: Engine, space: Space, node: PubSubNode, user: Jid): boolean {
  switch (engine.affiliationOf(space, node, user)) {
    case 'owner':
    case 'publisher':
    case 'publish-only':
      return true;
    case 'outcast':
      return false;
    default: {
      const { publish_model: model } = node.configuration;
      return model === 'open' || (model === 'subscribers' && node.isSubscribed(user));
    }
  }
}

function readPublishOptions({ payload }: PubSubRequest): Values | StanzaError {
  const options = payload.child('publish-options');
  if (options === undefined) return new Map();
  const values = readForm(options, PUBLISH_OPTIONS);
  if (values === 'cancel') return new StanzaError('bad-request', 'The form is not one that was filled in.');
  if (values instanceof StanzaError) return values;
  const unknown = findUnknown(values);
  if (unknown === undefined) return values;
  return refusal('conflict', 'precondition-not-met', `Nodes here have no ${unknown}.`);
}

/** Section 7.1.3.6: at most one payload. */
function readItem(item: Element | undefined): Publication | undefined | StanzaError {
  if (item === undefined) return undefined;
  if (item.elements.length > 1) return refusal('bad-request', 'invalid-payload', 'An item has one payload.');
  const id = item.attr('id') || undefined;
  if (id !== undefined && id.length > MAX_ID_LENGTH) {
    return new StanzaError('not-acceptable', `The id of an item has at most ${MAX_ID_LENGTH} characters.`);
  }
  return { id, payload: item.elements[0] };
}

/** Section 7.1.3.7, with the table of section 4.3, then sections 7.1.3.5 and 7.1.3.6. */
function refusePublication(
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
function refuseRoom(
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

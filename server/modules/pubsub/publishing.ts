/** Publishing items (XEP-0060 section 7.1). */
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Change } from '../../store/writer.ts';
import { type Element, el } from '../../xml/element.ts';
import { findNode } from './access.ts';
import { findUnknown, findUnmet, readChange } from './configuration-form.ts';
import { makeNode } from './creation.ts';
import type { Engine, PubSubRequest } from './engine.ts';
import type { Item, ItemHead } from './items.ts';
import { NS_PUBSUB, PUBLISH_OPTIONS } from './namespaces.ts';
import type { PubSubNode } from './node.ts';
import { notifyPublished, notifyRetracted } from './notifications.ts';
import {
  bytesOf,
  capacityOf,
  mayPublish,
  type Publication,
  readItem,
  refusePublication,
  refuseRoom,
} from './publication.ts';
import { nodeIdRequired, refusal } from './refusal.ts';
import type { Space } from './spaces.ts';
import { removeItem, writeItem } from './store.ts';
import { readForm, type Values } from './submitted-form.ts';

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

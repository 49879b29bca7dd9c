/** What subscribers are told (XEP-0060 sections 7.1.2, 12.2 and 12.13, XEP-0163 section 4.3). */
import { bareJid, type Jid } from '../../jid/jid.ts';
import { delayElement } from '../../stanza/delay.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { refuseRetrieval } from './access.ts';
import { bodyOf } from './body.ts';
import type { Engine } from './engine.ts';
import type { Item } from './items.ts';
import { NS_PUBSUB_EVENT } from './namespaces.ts';
import type { PubSubNode } from './node.ts';
import type { Space } from './spaces.ts';
import type { Subscription } from './subscription.ts';

/** Puts an item's payload and attributes into a namespace: that of events, or of results. */
export function itemElement(xmlns: string, node: PubSubNode, item: Item, withPayload = true): Element {
  return el('item', xmlns, { id: item.id, publisher: publisherOf(node, item) }, withPayload ? item.payload : undefined);
}

/** Section 12.17: whose address an item carries. */
function publisherOf(node: PubSubNode, item: Item): string | undefined {
  switch (node.configuration.itemreply) {
    case 'publisher':
      return item.publisher;
    case 'owner':
      return node.affiliated('owner')[0] ?? node.creator;
    default:
      return undefined;
  }
}

/** Tells of an item that was published. Transient nodes without payload have nothing to show (section 7.1.2.2). */
export function notifyPublished(engine: Engine, space: Space, node: PubSubNode, item: Item | undefined): void {
  const { configuration } = node;
  if (!configuration.deliver_notifications) return;
  const withPayload = configuration.deliver_payloads;
  const body = withPayload && item?.payload !== undefined ? bodyOf(item.payload) : undefined;
  const shown = item && itemElement(NS_PUBSUB_EVENT, node, item, withPayload);
  broadcast(engine, space, node, el('items', NS_PUBSUB_EVENT, { node: node.id }, shown), body);
}

/** Section 7.2.2.1. */
export function notifyRetracted(engine: Engine, space: Space, node: PubSubNode, ids: readonly string[]): void {
  if (!node.configuration.deliver_notifications || ids.length === 0) return;
  const retracts = ids.map((id) => el('retract', NS_PUBSUB_EVENT, { id }));
  broadcast(engine, space, node, el('items', NS_PUBSUB_EVENT, { node: node.id }, retracts));
}

/** Everybody who is notified gets `content` in an `<event/>`. It is made into XML once; only the root tag differs. */
export function broadcast(engine: Engine, space: Space, node: PubSubNode, content: Element, body?: Element): void {
  const message = eventMessage(engine, space, node, content);
  const withBody = body && message.withChildren([body, ...message.children]);
  const told = new Set<string>();
  const tell = (to: Jid, element: Element) => {
    if (told.has(to.full) || engine.front.isShunned(space, to)) return;
    told.add(to.full);
    engine.send(element.withAttr('to', to.full), node.configuration.notification_type, space.jid, to);
  };
  for (const subscription of node.subscriptions.values()) {
    if (!isDue(engine, space, node, subscription)) continue;
    const element = subscription.options.includeBody ? (withBody ?? message) : message;
    for (const to of engine.front.addressesOf(space, node, subscription.jid)) tell(to, element);
  }
  for (const to of engine.front.implicitSubscribers(space, node)) {
    // Section 6.3: who has asked to be left alone is, whatever presence says.
    if (node.subscriptions.get(to.bare)?.options.deliver === false) continue;
    if (refuseRetrieval(engine, space, node, to) === undefined) tell(to, message);
  }
}

/** The last item for one address, stamped as late (section 6.1.7); nothing when there is none. */
export function sendLastItem(engine: Engine, space: Space, node: PubSubNode, to: Jid): void {
  const { configuration } = node;
  if (!configuration.deliver_notifications || engine.front.isShunned(space, to)) return;
  const item = findLast(engine, node);
  if (item === undefined) return;
  const shown = itemElement(NS_PUBSUB_EVENT, node, item, configuration.deliver_payloads);
  const content = el('items', NS_PUBSUB_EVENT, { node: node.id }, shown);
  const message = eventMessage(engine, space, node, content)
    .plus(delayElement(space.jid.bare, item.atMs))
    .withAttr('to', to.full);
  engine.send(message, configuration.notification_type, space.jid, to);
}

/** Section 12.13: tells the subscriber of the state of the subscription; `none` when it is gone. */
export function notifySubscription(
  engine: Engine,
  space: Space,
  node: PubSubNode,
  { jid, state }: { readonly jid: Jid; readonly state: Subscription['state'] | 'none' },
): void {
  if (engine.front.isShunned(space, jid)) return;
  const content = el('subscription', NS_PUBSUB_EVENT, { node: node.id, jid: jid.full, subscription: state });
  // It is told to those who are away, too: what they know of their subscription must be right.
  engine.send(
    el(
      'message',
      NS_CLIENT,
      { from: space.jid.bare, to: jid.full, id: engine.newId() },
      el('event', NS_PUBSUB_EVENT, undefined, content),
    ),
    'normal',
    space.jid,
    jid,
  );
}

/** `notify_sub`: the owners hear of subscribers who come and go. */
export function tellOwners(
  engine: Engine,
  space: Space,
  node: PubSubNode,
  { jid, state }: { readonly jid: Jid; readonly state: Subscription['state'] | 'none' },
): void {
  if (!node.configuration.notify_sub) return;
  const content = el('subscription', NS_PUBSUB_EVENT, { node: node.id, jid: jid.full, subscription: state });
  const message = eventMessage(engine, space, node, content);
  for (const to of engine.front.ownersOf(space, node)) {
    if (to.bare === jid.bare || engine.front.isShunned(space, to)) continue;
    engine.send(message.withAttr('to', to.full), node.configuration.notification_type, space.jid, bareJid(to));
  }
}

function eventMessage(engine: Engine, space: Space, node: PubSubNode, content: Element): Element {
  const { notification_type: type } = node.configuration;
  return el(
    'message',
    NS_CLIENT,
    { from: space.jid.bare, type, id: engine.newId() },
    el('event', NS_PUBSUB_EVENT, undefined, content),
  );
}

/** Whether a subscriber is to be notified now (sections 6.3 and 12.5). */
function isDue(engine: Engine, space: Space, node: PubSubNode, { jid, state, options }: Subscription): boolean {
  if (state !== 'subscribed' || !options.deliver) return false;
  if (typeof options.expire === 'number' && options.expire <= engine.now) return false;
  if (refuseRetrieval(engine, space, node, jid) !== undefined) return false;
  if (options.shows.length === 0 && !node.configuration.presence_based_delivery) return true;
  const shows = engine.front.presenceOf(jid);
  return options.shows.length === 0 ? shows.length > 0 : shows.some((show) => options.shows.includes(show));
}

/** The last item, unless its time is over. */
function findLast(engine: Engine, node: PubSubNode): Item | undefined {
  const item = node.items.last();
  const { item_expire: expire } = node.configuration;
  if (item === undefined || expire === 'max') return item;
  return item.atMs + expire * 1_000 > engine.now ? item : undefined;
}

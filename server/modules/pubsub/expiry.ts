/** What ends by itself: items (`item_expire`) and leased subscriptions (XEP-0060 section 12.18). */
import type { Engine } from './engine.ts';
import type { PubSubNode } from './node.ts';
import { notifySubscription, tellOwners } from './notifications.ts';
import type { Space } from './spaces.ts';
import { removeItem, writeSubscription } from './store.ts';

/** Takes away the items whose time is over, in memory now and on disk soon. Nobody is told: they could count themselves. */
export function dropExpired(engine: Engine, space: Space, node: PubSubNode): void {
  const { item_expire: expire } = node.configuration;
  if (expire === 'max') return;
  const limit = engine.now - expire * 1_000;
  const expired = [...node.items.heads()].filter(({ atMs }) => atMs <= limit);
  if (expired.length === 0) return;
  for (const { id, bytes } of expired) {
    node.items.remove(id);
    space.bytes -= bytes;
  }
  const changes = expired.map(({ id }) => removeItem(space.jid.bare, node.id, id));
  engine.spaces.write(space, changes).catch(() => undefined); // what stays is found again when it is read anew
  engine.changed({ node: node.id, published: [], retracted: expired.map(({ id }) => id) }, space);
}

/** Ends subscriptions whose lease is over, in all nodes that are in memory. */
export function endLeases(engine: Engine): void {
  for (const space of engine.spaces.loaded) {
    for (const node of space.nodes.values()) {
      for (const { jid, options } of [...node.subscriptions.values()]) {
        if (typeof options.expire === 'number' && options.expire <= engine.now)
          endSubscription(engine, space, node, jid.full);
      }
    }
  }
}

/** Ends a subscription without being asked to; the subscriber is told (section 12.13). */
export function endSubscription(engine: Engine, space: Space, node: PubSubNode, subscribed: string): void {
  const subscription = node.subscriptions.get(subscribed);
  if (subscription === undefined) return;
  node.subscriptions.delete(subscribed);
  const gone = { jid: subscription.jid, state: 'none' } as const;
  engine.spaces.write(space, [writeSubscription(space.jid.bare, node, subscribed)]).then(
    () => {
      notifySubscription(engine, space, node, gone);
      tellOwners(engine, space, node, gone);
    },
    () => undefined, // the writer has logged it
  );
}

/** Subscriptions that last as long as the subscriber is there (XEP-0060 section 12.4). */
import type { Jid } from '../../jid/jid.ts';
import type { Engine } from './engine.ts';
import { endSubscription } from './expiry.ts';

/**
 * A client has gone; `isLast` when its user has no other. What was subscribed with its address ends, at one address of
 * ours or at all.
 */
export function endTemporary(engine: Engine, client: Jid, isLast: boolean, address?: Jid): void {
  // Only spaces in memory have such subscriptions.
  for (const space of engine.spaces.loaded) {
    if (address !== undefined && address.bare !== space.jid.bare) continue;
    for (const node of space.nodes.values()) {
      for (const { jid, options } of [...node.subscriptionsOf(client)]) {
        const isGone = jid.full === client.full || (jid.resource === '' && isLast);
        if (options.expire === 'presence' && isGone) endSubscription(engine, space, node, jid.full);
      }
    }
  }
}

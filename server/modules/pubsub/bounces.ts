/** Notifications that come back (XEP-0060 section 12.3). */
import { NS_STANZA_ERROR } from '../../stanza/error.ts';
import type { Message } from '../../stanza/stanza.ts';
import type { Engine } from './engine.ts';
import { endSubscription } from './expiry.ts';
import type { Space } from './spaces.ts';

/** Conditions with which nobody will ever be at an address again; a bare JID may only be away with all others. */
const GONE: ReadonlySet<string> = new Set(['gone', 'item-not-found', 'jid-malformed']);
/**
 * What says nothing about the address, but that its server cannot be reached today: DNS fails, or federation is switched
 * off or denied. (XEP-0060 section 12.3 counts the first one as gone; a night without internet would end them all.)
 */
const OUT_OF_REACH: ReadonlySet<string> = new Set(['remote-server-not-found', 'remote-server-timeout', 'not-allowed']);

/**
 * Ends the subscriptions of an address that cannot be reached. Those of a client end with any error of type `cancel`,
 * since the resource is no more; which node's notification it was makes no difference to that.
 */
export function bounced(engine: Engine, space: Space, { from, element }: Message): void {
  const error = element.child('error');
  const conditions = error?.elements.filter(({ xmlns }) => xmlns === NS_STANZA_ERROR) ?? [];
  const isGone = conditions.some(({ name }) => GONE.has(name));
  if (conditions.some(({ name }) => OUT_OF_REACH.has(name))) return;
  if (!isGone && (from.resource === '' || error?.attr('type') !== 'cancel')) return;
  for (const node of space.nodes.values()) {
    if (node.subscriptions.has(from.full)) endSubscription(engine, space, node, from.full);
  }
}

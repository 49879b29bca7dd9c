/** Those who may have the items of a node after a change, and could not before it (XEP-0060 section 12.1). */
import type { Jid } from '../../jid/jid.ts';
import { refuseRetrieval } from './access.ts';
import type { Engine } from './engine.ts';
import type { PubSubNode } from './node.ts';
import { sendLastItem } from './notifications.ts';
import type { Space } from './spaces.ts';

/** Whoever is notified without a subscription and may be now, by full JID. */
export function membersOf(engine: Engine, space: Space, node: PubSubNode): ReadonlyMap<string, Jid> {
  const members = new Map<string, Jid>();
  for (const jid of engine.front.implicitSubscribers(space, node)) {
    if (refuseRetrieval(engine, space, node, jid) === undefined) members.set(jid.full, jid);
  }
  return members;
}

/** Sends the last item to those who are not among `before`. */
export function gainAccess(engine: Engine, space: Space, node: PubSubNode, before: ReadonlyMap<string, Jid>): void {
  if (node.configuration.send_last_published_item !== 'on_sub_and_presence') return;
  for (const jid of membersOf(engine, space, node).values()) {
    if (!before.has(jid.full)) sendLastItem(engine, space, node, jid);
  }
}

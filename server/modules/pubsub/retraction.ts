/** Taking items back (XEP-0060 section 7.2). */
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { findNode } from './access.ts';
import type { Engine, PubSubRequest } from './engine.ts';
import type { ItemHead } from './items.ts';
import { NS_PUBSUB } from './namespaces.ts';
import type { PubSubNode } from './node.ts';
import { notifyRetracted } from './notifications.ts';
import { refusal, unsupported } from './refusal.ts';
import type { Space } from './spaces.ts';
import { removeItem } from './store.ts';

export function retract(request: PubSubRequest): Promise<undefined> | StanzaError {
  const { engine, space, from, action } = request;
  const node = findNode(space, action.attr('node'));
  if (node instanceof StanzaError) return node;
  const items = action.elements.filter((child) => child.is('item', NS_PUBSUB));
  const id = items[0]?.attr('id');
  if (items.length > 1) return new StanzaError('bad-request', 'Items are retracted one at a time.');
  if (id === undefined || id === '') return refusal('bad-request', 'item-required', 'The request names no item.');
  if (!node.configuration.persist_items) return unsupported('persistent-items', 'This node keeps no items.');
  const head = node.items.head(id);
  if (!mayRetract(engine, space, node, from, head)) return new StanzaError('forbidden', 'This item is not yours.');
  if (head === undefined) return new StanzaError('item-not-found', 'There is no such item.');
  const notify = action.attr('notify');
  const isTold = notify === undefined ? node.configuration.notify_retract : notify === 'true' || notify === '1';
  return takeItem(engine, space, node, head, isTold);
}

/** Takes an item away, tells of it if that is wished, and resolves when it is gone from the disk. */
export async function takeItem(
  engine: Engine,
  space: Space,
  node: PubSubNode,
  { id, bytes }: ItemHead,
  isTold: boolean,
): Promise<undefined> {
  node.items.remove(id);
  space.bytes -= bytes;
  const written = engine.spaces.write(space, [removeItem(space.jid.bare, node.id, id)]);
  engine.changed({ node: node.id, published: [], retracted: [id] }, space);
  await written;
  if (isTold) notifyRetracted(engine, space, node, [id]);
}

/** Section 4.1: owners take back what they like, others what they have published themselves. */
function mayRetract(engine: Engine, space: Space, node: PubSubNode, user: Jid, head: ItemHead | undefined): boolean {
  switch (engine.affiliationOf(space, node, user)) {
    case 'owner':
      return true;
    case 'outcast':
      return false;
    case 'publisher':
    case 'publish-only':
      return head === undefined || head.publisher === user.bare;
    default:
      return head?.publisher === user.bare;
  }
}

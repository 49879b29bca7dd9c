/** An account is gone: nothing at any service may be left to whoever gets the same name later. */
import type { Jid } from '../../jid/jid.ts';
import type { Change, Writer } from '../../store/writer.ts';
import type { Engine } from './engine.ts';
import type { Space } from './spaces.ts';
import { removeNode, removeUser, writeAffiliation, writeSubscription } from './store.ts';

/** Nodes that nobody else owns go with the user. */
export function forgetUser(engine: Engine, space: Space, user: Jid): void {
  const service = space.jid.bare;
  const changes: Change[] = [];
  for (const node of [...space.nodes.values()]) {
    const owners = node.affiliated('owner');
    if (owners.length === 1 && owners[0] === user.bare) {
      for (const { bytes } of node.items.heads()) space.bytes -= bytes;
      space.nodes.delete(node.id);
      changes.push(...removeNode(service, node.id, undefined));
      continue;
    }
    if (node.affiliations.delete(user.bare)) changes.push(writeAffiliation(service, node, user.bare));
    for (const { jid } of [...node.subscriptionsOf(user)]) {
      node.subscriptions.delete(jid.full);
      changes.push(writeSubscription(service, node, jid.full));
    }
  }
  if (changes.length > 0) engine.spaces.write(space, changes).catch(() => undefined); // the writer has logged it
}

/** The same for all accounts as services, whether their nodes are in memory or not. Resolves when it is on disk. */
export async function forgetEverywhere(engine: Engine, writer: Writer, user: Jid): Promise<void> {
  forgetInMemory(engine, user);
  await writer.write(removeUser(user.bare));
  forgetInMemory(engine, user); // what was read meanwhile still had it
}

function forgetInMemory({ spaces }: Engine, user: Jid): void {
  for (const { jid, nodes } of spaces.loaded) {
    if (jid.bare === user.bare) continue;
    for (const node of nodes.values()) {
      node.affiliations.delete(user.bare);
      for (const subscription of [...node.subscriptionsOf(user)]) node.subscriptions.delete(subscription.jid.full);
    }
  }
}

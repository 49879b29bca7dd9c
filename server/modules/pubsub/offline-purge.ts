/** `purge_offline`: what a publisher has published goes when they do. */
import type { Jid } from '../../jid/jid.ts';
import type { Engine } from './engine.ts';
import { takeItem } from './retraction.ts';
import type { Space } from './spaces.ts';

export function purgeOf(engine: Engine, space: Space, publisher: Jid): void {
  for (const node of space.nodes.values()) {
    if (!node.configuration.purge_offline) continue;
    for (const head of [...node.items.heads()]) {
      if (head.publisher !== publisher.bare) continue;
      takeItem(engine, space, node, head, node.configuration.notify_retract).catch(() => undefined); // logged
    }
  }
}

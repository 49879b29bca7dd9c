/** Nodes in service discovery (XEP-0060 sections 5.2 to 5.5). */
import type { Jid } from '../../jid/jid.ts';
import type { DiscoInfo, DiscoItem, NodeAnswer } from '../../modulehost/disco.ts';
import { isVisible, refuseRetrieval } from './access.ts';
import { metadataForm } from './configuration-form.ts';
import type { Engine } from './engine.ts';
import { META_DATA, NS_PUBSUB } from './namespaces.ts';
import type { Space } from './spaces.ts';

/** Of one list: there is no way to page through it that clients know. */
const MAX_LISTED = 1_000;

/** The nodes of an address that the user could subscribe to or read. */
export function listNodes(engine: Engine, space: Space, user: Jid): readonly DiscoItem[] {
  const items: DiscoItem[] = [];
  for (const node of space.nodes.values()) {
    if (items.length === MAX_LISTED) break;
    if (!isVisible(engine, space, node, user)) continue;
    const { title } = node.configuration;
    items.push({ jid: space.jid.bare, node: node.id, ...(title !== '' && { name: title }) });
  }
  return items;
}

/** SECURITY: whoever may have nothing of a node is told the same as of one that does not exist. */
export function describeNode(engine: Engine, space: Space, id: string, user: Jid): NodeAnswer<DiscoInfo> {
  const node = space.nodes.get(id);
  if (node === undefined || !isVisible(engine, space, node, user)) return undefined;
  const isReader = refuseRetrieval(engine, space, node, user) === undefined;
  return {
    identities: [
      {
        category: 'pubsub',
        type: 'leaf',
        ...(node.configuration.title !== '' && { name: node.configuration.title }),
      },
    ],
    features: [NS_PUBSUB, META_DATA],
    forms: [metadataForm(node, { addresses: isReader })],
  };
}

/** Section 5.5: items are named by their id and have no node. */
export function listItems(engine: Engine, space: Space, id: string, user: Jid): NodeAnswer<readonly DiscoItem[]> {
  const node = space.nodes.get(id);
  if (node === undefined || !isVisible(engine, space, node, user)) return undefined;
  const refused = refuseRetrieval(engine, space, node, user);
  if (refused !== undefined) return refused;
  return [...node.items.heads()].slice(-MAX_LISTED).map((item) => ({ jid: space.jid.bare, name: item.id }));
}

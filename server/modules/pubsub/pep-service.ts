/** PEP from the inside, for modules that keep something in an account's nodes. */
import { joinJid } from '../../jid/jid.ts';
import type { PepItem, PepNodeOptions, PepService } from '../../modulehost/services.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Configuration } from './configuration.ts';
import { makeNode } from './creation.ts';
import type { Engine } from './engine.ts';
import { dropOldest, putItem } from './publishing.ts';
import { takeItem } from './retraction.ts';
import { removeItem, writeNode } from './store.ts';

/** `privateNodes` are those of which `front` knows that they are nobody's but their owner's. */
export function createPepService(engine: Engine, domain: string, privateNodes: Set<string>): PepService {
  const spaceOf = (account: string) => engine.spaces.of(joinJid(account, domain));
  const nodeOf = (account: string, node: string) => spaceOf(account).nodes.get(node);

  return {
    item(account, node, id) {
      const items = nodeOf(account, node)?.items;
      return id === undefined ? items?.last() : items?.get(id);
    },
    items(account, node) {
      const items = nodeOf(account, node)?.items;
      if (items === undefined) return [];
      return Array.from(items.heads(), ({ id }) => items.get(id)).filter((item) => item !== undefined);
    },
    accessModel: (account, node) => nodeOf(account, node)?.configuration.access_model,
    async configure(account, id, options) {
      const space = spaceOf(account);
      const node = space.nodes.get(id);
      if (node === undefined) return;
      node.configuration = { ...node.configuration, ...changeOf(options) };
      const dropped = dropOldest(engine, space, node).map((item) => item.id);
      const service = space.jid.bare;
      const written = engine.spaces.write(space, [
        ...writeNode(service, node),
        ...dropped.map((item) => removeItem(service, id, item)),
      ]);
      if (dropped.length > 0) engine.changed({ node: id, published: [], retracted: dropped }, space);
      await written;
    },
    async publish(account, id, item, options) {
      const space = spaceOf(account);
      const found = space.nodes.get(id);
      const place =
        found === undefined
          ? makeNode(engine, space, space.jid, id, options === undefined ? {} : changeOf(options))
          : { node: found, changes: [] };
      if (place instanceof StanzaError) throw new Error(`node ${id} cannot be made: ${place.text}`);
      const published: PepItem = { id: item.id, payload: item.payload };
      await putItem({ engine, space, node: place.node, publisher: space.jid, published, changes: place.changes });
    },
    async retract(account, id, itemId) {
      const space = spaceOf(account);
      const node = space.nodes.get(id);
      const head = node?.items.head(itemId);
      if (node === undefined || head === undefined) return;
      await takeItem(engine, space, node, head, node.configuration.notify_retract);
    },
    keepPrivate(id) {
      privateNodes.add(id);
      for (const { nodes } of engine.spaces.loaded) {
        const node = nodes.get(id);
        if (node !== undefined) node.configuration = { ...node.configuration, ...engine.front.imposed(id) };
      }
      return () => privateNodes.delete(id);
    },
    onChange(listener) {
      const tell: Parameters<typeof engine.listeners.add>[0] = (change, { jid }) =>
        listener({ ...change, account: jid.local });
      engine.listeners.add(tell);
      return () => engine.listeners.delete(tell);
    },
  };
}

function changeOf({ accessModel, maxItems, sendLastPublishedItem }: PepNodeOptions): Partial<Configuration> {
  return {
    access_model: accessModel,
    ...(maxItems !== undefined && { max_items: maxItems }),
    ...(sendLastPublishedItem !== undefined && { send_last_published_item: sendLastPublishedItem }),
  };
}

/** The tables of nodes: what they are, affiliations, subscriptions, items, and where nodes that are gone have moved. */
import { parseJid } from '../../jid/jid.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';
import type { Element } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import type { Configuration } from './configuration.ts';
import type { Item, ItemHead } from './items.ts';
import type { Affiliation, PubSubNode } from './node.ts';
import { DEFAULT_OPTIONS, type Subscription, type SubscriptionOptions } from './subscription.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `
      CREATE TABLE pubsub_node (
        service TEXT NOT NULL,
        node TEXT NOT NULL,
        creator TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        configuration TEXT NOT NULL,
        PRIMARY KEY (service, node)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE pubsub_affiliation (
        service TEXT NOT NULL,
        node TEXT NOT NULL,
        jid TEXT NOT NULL,
        affiliation TEXT NOT NULL,
        PRIMARY KEY (service, node, jid)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE pubsub_subscription (
        service TEXT NOT NULL,
        node TEXT NOT NULL,
        jid TEXT NOT NULL,
        state TEXT NOT NULL,
        options TEXT,
        PRIMARY KEY (service, node, jid)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE pubsub_item (
        service TEXT NOT NULL,
        node TEXT NOT NULL,
        item TEXT NOT NULL,
        position INTEGER NOT NULL,
        at INTEGER NOT NULL,
        publisher TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        xml TEXT,
        UNIQUE (service, node, item)
      ) STRICT;
      CREATE TABLE pubsub_moved (
        service TEXT NOT NULL,
        node TEXT NOT NULL,
        uri TEXT NOT NULL,
        PRIMARY KEY (service, node)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

const NODES =
  'SELECT node, creator, created_at, configuration FROM pubsub_node WHERE service = ? ORDER BY created_at, node';
const AFFILIATIONS = 'SELECT node, jid, affiliation FROM pubsub_affiliation WHERE service = ? ORDER BY node, jid';
const SUBSCRIPTIONS = 'SELECT node, jid, state, options FROM pubsub_subscription WHERE service = ? ORDER BY node, jid';
const MOVED = 'SELECT node, uri FROM pubsub_moved WHERE service = ?';
const BYTES = 'SELECT SUM(bytes) AS bytes FROM pubsub_item WHERE service = ?';
const HEADS =
  'SELECT item, position, at, publisher, bytes FROM pubsub_item WHERE service = ? AND node = ? ORDER BY position';
const PAYLOAD = 'SELECT xml FROM pubsub_item WHERE service = ? AND node = ? AND item = ?';

const WRITE_NODE = `INSERT INTO pubsub_node (service, node, creator, created_at, configuration) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (service, node) DO UPDATE SET configuration = excluded.configuration`;
const WRITE_AFFILIATION = `INSERT INTO pubsub_affiliation (service, node, jid, affiliation) VALUES (?, ?, ?, ?)
  ON CONFLICT (service, node, jid) DO UPDATE SET affiliation = excluded.affiliation`;
const REMOVE_AFFILIATION = 'DELETE FROM pubsub_affiliation WHERE service = ? AND node = ? AND jid = ?';
const WRITE_SUBSCRIPTION = `INSERT INTO pubsub_subscription (service, node, jid, state, options) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (service, node, jid) DO UPDATE SET state = excluded.state, options = excluded.options`;
const REMOVE_SUBSCRIPTION = 'DELETE FROM pubsub_subscription WHERE service = ? AND node = ? AND jid = ?';
const WRITE_ITEM = `INSERT OR REPLACE INTO pubsub_item (service, node, item, position, at, publisher, bytes, xml)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const REMOVE_ITEM = 'DELETE FROM pubsub_item WHERE service = ? AND node = ? AND item = ?';
const REMOVE_ITEMS = 'DELETE FROM pubsub_item WHERE service = ? AND node = ?';
const WRITE_MOVED = 'INSERT OR REPLACE INTO pubsub_moved (service, node, uri) VALUES (?, ?, ?)';
const REMOVE_MOVED = 'DELETE FROM pubsub_moved WHERE service = ? AND node = ?';
const REMOVE_FROM_NODE = [
  'DELETE FROM pubsub_node WHERE service = ? AND node = ?',
  'DELETE FROM pubsub_affiliation WHERE service = ? AND node = ?',
  'DELETE FROM pubsub_subscription WHERE service = ? AND node = ?',
  REMOVE_ITEMS,
];
const REMOVE_FROM_SERVICE = [
  'DELETE FROM pubsub_node WHERE service = ?',
  'DELETE FROM pubsub_affiliation WHERE service = ?',
  'DELETE FROM pubsub_subscription WHERE service = ?',
  'DELETE FROM pubsub_item WHERE service = ?',
  'DELETE FROM pubsub_moved WHERE service = ?',
];

export type ItemRow = ItemHead;

/** A node as it was kept. */
export interface KeptNode {
  readonly id: string;
  readonly creator: string;
  readonly createdAtMs: number;
  readonly configuration: Partial<Configuration>;
}

export class PubSubStore {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  nodes(service: string): readonly KeptNode[] {
    return this.#reader
      .all<{ node: string; creator: string; created_at: number; configuration: string }>(NODES, service)
      .map((row) => ({
        id: row.node,
        creator: row.creator,
        createdAtMs: row.created_at,
        configuration: JSON.parse(row.configuration) as Partial<Configuration>,
      }));
  }

  affiliations(service: string): readonly { node: string; jid: string; affiliation: Exclude<Affiliation, 'none'> }[] {
    return this.#reader.all(AFFILIATIONS, service);
  }

  subscriptions(service: string): readonly { readonly node: string; readonly subscription: Subscription }[] {
    return this.#reader
      .all<{ node: string; jid: string; state: Subscription['state']; options: string | null }>(SUBSCRIPTIONS, service)
      .flatMap(({ node, jid: text, state, options }) => {
        const jid = parseJid(text);
        return jid === undefined ? [] : [{ node, subscription: { jid, state, options: optionsOf(options) } }];
      });
  }

  moved(service: string): readonly { readonly node: string; readonly uri: string }[] {
    return this.#reader.all(MOVED, service);
  }

  /** Of all payloads. */
  bytes(service: string): number {
    return this.#reader.get<{ bytes: number | null }>(BYTES, service)?.bytes ?? 0;
  }

  /** Oldest first. */
  heads(service: string, node: string): readonly ItemRow[] {
    return this.#reader
      .all<{ item: string; position: number; at: number; publisher: string; bytes: number }>(HEADS, service, node)
      .map(({ item, position, at, publisher, bytes }) => ({ id: item, position, atMs: at, publisher, bytes }));
  }

  payload(service: string, node: string, item: string): Element | undefined {
    const xml = this.#reader.get<{ xml: string | null }>(PAYLOAD, service, node, item)?.xml;
    return xml === undefined || xml === null ? undefined : parseXml(xml);
  }
}

function optionsOf(json: string | null): SubscriptionOptions {
  return json === null
    ? DEFAULT_OPTIONS
    : { ...DEFAULT_OPTIONS, ...(JSON.parse(json) as Partial<SubscriptionOptions>) };
}

export function writeNode(service: string, { id, creator, createdAtMs, configuration }: PubSubNode): readonly Change[] {
  return [
    { sql: WRITE_NODE, params: [service, id, creator, createdAtMs, JSON.stringify(configuration)] },
    { sql: REMOVE_MOVED, params: [service, id] },
  ];
}

/** What the JID has with the node now. */
export function writeAffiliation(service: string, node: PubSubNode, jid: string): Change {
  const affiliation = node.affiliations.get(jid);
  if (affiliation === undefined) return { sql: REMOVE_AFFILIATION, params: [service, node.id, jid] };
  return { sql: WRITE_AFFILIATION, params: [service, node.id, jid, affiliation] };
}

/** The same for its subscription. One that ends with the subscriber's presence is not kept beyond the server's own end. */
export function writeSubscription(service: string, node: PubSubNode, jid: string): Change {
  const subscription = node.subscriptions.get(jid);
  if (subscription === undefined || subscription.options.expire === 'presence') {
    return { sql: REMOVE_SUBSCRIPTION, params: [service, node.id, jid] };
  }
  const { state, options } = subscription;
  const json = options === DEFAULT_OPTIONS ? null : JSON.stringify(options);
  return { sql: WRITE_SUBSCRIPTION, params: [service, node.id, jid, state, json] };
}

export function writeItem(service: string, node: string, item: Item): Change {
  const { id, position, atMs, publisher, bytes, payload } = item;
  return {
    sql: WRITE_ITEM,
    params: [service, node, id, position, atMs, publisher, bytes, payload?.toXml() ?? null],
  };
}

export function removeItem(service: string, node: string, item: string): Change {
  return { sql: REMOVE_ITEM, params: [service, node, item] };
}

export function removeItems(service: string, node: string): Change {
  return { sql: REMOVE_ITEMS, params: [service, node] };
}

/** Takes a node away with all that belongs to it; `uri` is where it is now. */
export function removeNode(service: string, node: string, uri: string | undefined): readonly Change[] {
  return [
    ...REMOVE_FROM_NODE.map((sql) => ({ sql, params: [service, node] })),
    ...(uri === undefined ? [] : [{ sql: WRITE_MOVED, params: [service, node, uri] }]),
  ];
}

export function forgetMoved(service: string, node: string): Change {
  return { sql: REMOVE_MOVED, params: [service, node] };
}

/** Takes what a user has to do with nodes of all services; `bare` is a bare JID. */
export function removeUser(bare: string): readonly Change[] {
  return [
    { sql: 'DELETE FROM pubsub_affiliation WHERE jid = ?', params: [bare] },
    // Full JIDs stand between `bare/` and the same with the character behind the slash.
    {
      sql: 'DELETE FROM pubsub_subscription WHERE jid = ? OR (jid >= ? AND jid < ?)',
      params: [bare, `${bare}/`, `${bare}0`],
    },
  ];
}

export function removeService(service: string): readonly Change[] {
  return REMOVE_FROM_SERVICE.map((sql) => ({ sql, params: [service] }));
}

/**
 * The nodes in memory, by the address that they belong to: read when first asked for, written through, so that the next
 * stanza sees what the one before it did although that is not on disk yet. Of those without unfinished writes the idle
 * ones go.
 */
import type { Jid } from '../../jid/jid.ts';
import type { Change, Writer } from '../../store/writer.ts';
import type { Configuration } from './configuration.ts';
import { NodeItems } from './items.ts';
import { PubSubNode } from './node.ts';
import { type PubSubStore, removeService } from './store.ts';

/** All nodes of one address. */
export interface Space {
  /** Bare JID of the account or domain of the service. */
  readonly jid: Jid;
  readonly nodes: Map<string, PubSubNode>;
  /** Where nodes that are gone have moved, by node. */
  readonly moved: Map<string, string>;
  /** Of all payloads. */
  bytes: number;
  unfinishedWrites: number;
  /** Asked for since the last look for idle ones. */
  isRecent: boolean;
  /** A write failed, or the account was removed: to be read anew as soon as nothing of it is under way. */
  isSpoiled: boolean;
}

export interface SpacesOptions {
  readonly store: PubSubStore;
  readonly writer: Writer;
  readonly defaults: () => Configuration;
  /** What holds for the node of a name, whatever was kept of it. */
  readonly imposed: (id: string) => Partial<Configuration>;
  /** How many are kept at least. */
  readonly maxIdle: number;
}

export class Spaces {
  readonly #options: SpacesOptions;
  readonly #loaded = new Map<string, Space>();
  #lookAtSize: number;

  constructor(options: SpacesOptions) {
    this.#options = options;
    this.#lookAtSize = options.maxIdle;
  }

  /** Those that are in memory. */
  get loaded(): Iterable<Space> {
    return this.#loaded.values();
  }

  of(jid: Jid): Space {
    const known = this.#loaded.get(jid.bare);
    if (known !== undefined) {
      known.isRecent = true;
      return known;
    }
    if (this.#loaded.size >= this.#lookAtSize) this.#dropIdle();
    const space = this.#load(jid);
    this.#loaded.set(jid.bare, space);
    return space;
  }

  /** A node that is not on disk yet, entered into the space. */
  addNode(space: Space, id: string, creator: string, createdAtMs: number, configuration: Configuration): PubSubNode {
    const items = new NodeItems(this.#options.store, space.jid.bare, id, true);
    const node = new PubSubNode({ id, creator, createdAtMs, configuration, items });
    space.nodes.set(id, node);
    space.moved.delete(id);
    return node;
  }

  /** Resolves when it is on disk. What could not be kept is not in force either: the space is read anew. */
  async write(space: Space, changes: readonly Change[]): Promise<void> {
    space.unfinishedWrites++;
    try {
      await this.#options.writer.write(changes);
    } catch (error) {
      space.isSpoiled = true;
      throw error;
    } finally {
      space.unfinishedWrites--;
      if (space.isSpoiled && space.unfinishedWrites === 0 && this.#loaded.get(space.jid.bare) === space) {
        this.#loaded.delete(space.jid.bare);
      }
    }
  }

  /** Everything of an address is gone, in memory now and on disk soon. */
  async clear(jid: Jid): Promise<void> {
    const space = this.of(jid);
    space.nodes.clear();
    space.moved.clear();
    space.bytes = 0;
    space.isSpoiled = true;
    await this.write(space, removeService(jid.bare));
  }

  #load(jid: Jid): Space {
    const { store, defaults, imposed } = this.#options;
    const service = jid.bare;
    const nodes = new Map<string, PubSubNode>();
    for (const { id, creator, createdAtMs, configuration } of store.nodes(service)) {
      const items = new NodeItems(store, service, id, false);
      const whole = { ...defaults(), ...configuration, ...imposed(id) };
      nodes.set(id, new PubSubNode({ id, creator, createdAtMs, configuration: whole, items }));
    }
    for (const { node, jid: user, affiliation } of store.affiliations(service)) {
      nodes.get(node)?.affiliations.set(user, affiliation);
    }
    for (const { node, subscription } of store.subscriptions(service)) {
      nodes.get(node)?.subscriptions.set(subscription.jid.full, subscription);
    }
    const moved = new Map(store.moved(service).map(({ node, uri }) => [node, uri]));
    const bytes = store.bytes(service);
    return { jid, nodes, moved, bytes, unfinishedWrites: 0, isRecent: true, isSpoiled: false };
  }

  /** Second chance: whoever was asked for since the last look stays until the next one. */
  #dropIdle(): void {
    const { maxIdle } = this.#options;
    let kept = 0;
    for (const [key, space] of this.#loaded) {
      if (space.unfinishedWrites > 0 || hasTemporary(space)) continue;
      if (space.isRecent && kept < maxIdle / 2) {
        space.isRecent = false;
        kept++;
      } else {
        this.#loaded.delete(key);
      }
    }
    this.#lookAtSize = this.#loaded.size + maxIdle / 2;
  }
}

/** Subscriptions that end with somebody's presence are nowhere but in memory. */
function hasTemporary({ nodes }: Space): boolean {
  for (const node of nodes.values()) {
    for (const { options } of node.subscriptions.values()) if (options.expire === 'presence') return true;
  }
  return false;
}

/** The service `pubsub.` from the inside. */
import type { Jid } from '../jid/jid.ts';
import type { StanzaError } from '../stanza/error.ts';
import type { PepItem, ServiceToken } from './services.ts';

/** XEP-0060 from the inside, for modules with a node of their own at the service `pubsub.`. */
export interface NodesService {
  /** Of the service. */
  readonly address: Jid;
  /** From now on nobody else makes a node of this name; the function takes that back. */
  reserve(node: string): () => void;
  /** Publishes in the service's own name to a node with one item, open to everybody; undefined, or why not. */
  publish(node: string, item: PepItem): Promise<StanzaError | undefined>;
  /** Takes a node of the service's own away, with all that is in it. Resolves when it is gone from the disk. */
  remove(node: string): Promise<void>;
}

export const NODES: ServiceToken<NodesService> = { name: 'nodes' };

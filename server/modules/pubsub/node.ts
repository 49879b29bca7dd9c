/** A node: what it is, who has what to do with it, and what it holds (XEP-0060 section 4). */
import { bareJid, type Jid } from '../../jid/jid.ts';
import type { Configuration } from './configuration.ts';
import type { NodeItems } from './items.ts';
import type { Subscription } from './subscription.ts';

export type Affiliation = 'member' | 'none' | 'outcast' | 'owner' | 'publish-only' | 'publisher';

const AFFILIATIONS: readonly string[] = ['member', 'none', 'outcast', 'owner', 'publish-only', 'publisher'];

export function isAffiliation(text: string): text is Affiliation {
  return AFFILIATIONS.includes(text);
}

export interface NodeParts {
  readonly id: string;
  /** Bare JID. */
  readonly creator: string;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  readonly configuration: Configuration;
  readonly items: NodeItems;
}

export class PubSubNode {
  readonly id: string;
  readonly creator: string;
  readonly createdAtMs: number;
  readonly items: NodeItems;
  configuration: Configuration;
  /** By bare JID; nobody with `none`. */
  readonly affiliations = new Map<string, Exclude<Affiliation, 'none'>>();
  /** By the JID that was subscribed. */
  readonly subscriptions = new Map<string, Subscription>();

  constructor({ id, creator, createdAtMs, configuration, items }: NodeParts) {
    this.id = id;
    this.creator = creator;
    this.createdAtMs = createdAtMs;
    this.configuration = configuration;
    this.items = items;
  }

  get subscriberCount(): number {
    let count = 0;
    for (const { state } of this.subscriptions.values()) if (state === 'subscribed') count++;
    return count;
  }

  affiliated(affiliation: Affiliation): readonly string[] {
    return [...this.affiliations].filter(([, has]) => has === affiliation).map(([jid]) => jid);
  }

  /** The subscriptions of somebody, under whichever of their addresses. */
  *subscriptionsOf(user: Jid): Generator<Subscription> {
    const own = this.subscriptions.get(user.bare);
    if (own !== undefined) yield own;
    for (const subscription of this.subscriptions.values()) {
      if (subscription !== own && subscription.jid.bare === user.bare) yield subscription;
    }
  }

  isSubscribed(user: Jid): boolean {
    for (const { state } of this.subscriptionsOf(user)) if (state === 'subscribed') return true;
    return false;
  }

  setAffiliation(user: Jid, affiliation: Affiliation): void {
    if (affiliation === 'none') this.affiliations.delete(user.bare);
    else this.affiliations.set(bareJid(user).full, affiliation);
  }
}

/** What differs between the service of its own domain and the accounts as services (XEP-0060 section 9, XEP-0163). */
import type { Jid } from '../../jid/jid.ts';
import type { StanzaError } from '../../stanza/error.ts';
import type { Configuration } from './configuration.ts';
import type { PubSubNode } from './node.ts';
import type { Space } from './spaces.ts';
import type { Show } from './subscription.ts';

export interface Limits {
  readonly maxNodes: number;
  readonly maxItems: number;
  readonly maxPayloadBytes: number;
  /** Of all payloads of an address together. */
  readonly maxBytes: number;
  readonly maxSubscriptions: number;
  readonly maxAffiliations: number;
}

export interface Front {
  /** Of new nodes. */
  defaults(): Configuration;
  /** What holds for the node of this name, whatever anybody wishes. */
  imposed(id: string): Partial<Configuration>;
  limits(): Limits;
  /** Why somebody cannot make a node of this name; undefined when they can. */
  refuseCreation(space: Space, by: Jid, id: string): StanzaError | undefined;
  /** True for those who own every node, whatever is listed. */
  ownsEverything(space: Space, user: Jid): boolean;
  /** Bare JIDs. */
  ownersOf(space: Space, node: PubSubNode): readonly Jid[];
  /** True when the user may see the presence of an owner. */
  seesPresence(space: Space, node: PubSubNode, user: Jid): boolean;
  /** The groups of the owners' contact lists in which the user is, provided that the user sees their presence. */
  groupsOf(space: Space, node: PubSubNode, user: Jid): readonly string[];
  /** All groups that there are to choose from. */
  groups(space: Space, by: Jid): readonly string[];
  /** Who is notified without a subscription, besides those who have one. May name somebody twice. */
  implicitSubscribers(space: Space, node: PubSubNode): Iterable<Jid>;
  /** The addresses to which a notification for this subscribed address goes. */
  addressesOf(space: Space, node: PubSubNode, subscribed: Jid): readonly Jid[];
  /** The presence of an address as far as it is known here; a bare JID has that of its resources. */
  presenceOf(user: Jid): readonly Show[];
  /** True for those who must not get anything in this address's name. */
  isShunned(space: Space, user: Jid): boolean;
}

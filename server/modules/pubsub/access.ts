/** Who may subscribe to a node and retrieve its items (XEP-0060 sections 4.1, 4.5, 6.1.3 and 6.5.9). */
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Engine } from './engine.ts';
import type { Affiliation, PubSubNode } from './node.ts';
import { MovedError, nodeIdRequired, noSuchNode, refusal } from './refusal.ts';
import type { Space } from './spaces.ts';

/** The node that an element names, or why there is none. */
export function findNode(space: Space, id: string | undefined): PubSubNode | StanzaError {
  if (id === undefined || id === '') return nodeIdRequired();
  const node = space.nodes.get(id);
  if (node !== undefined) return node;
  const uri = space.moved.get(id);
  return uri === undefined ? noSuchNode() : new MovedError(uri);
}

/**
 * Why the user may not have the items of the node; undefined when they may. Owners, publishers and members always may
 * (section 4.1).
 */
export function refuseRetrieval(engine: Engine, space: Space, node: PubSubNode, user: Jid): StanzaError | undefined {
  const refused = refuseByAffiliation(engine.affiliationOf(space, node, user));
  if (refused !== 'undecided') return refused;
  if (node.configuration.access_model !== 'authorize') return refuseByModel(engine, space, node, user);
  if (node.isSubscribed(user)) return undefined;
  return refusal('not-authorized', 'not-subscribed', 'Only subscribers may read this node.');
}

/** The same for a subscription; `pending` when an owner has to be asked (section 6.1.4). */
export function refuseSubscription(
  engine: Engine,
  space: Space,
  node: PubSubNode,
  user: Jid,
): StanzaError | 'pending' | undefined {
  const refused = refuseByAffiliation(engine.affiliationOf(space, node, user));
  if (refused !== 'undecided') return refused;
  if (node.configuration.access_model === 'authorize') return 'pending';
  return refuseByModel(engine, space, node, user);
}

/** True when the node should be listed to the user (XEP-0163 section 6.2): when they could subscribe or retrieve. */
export function isVisible(engine: Engine, space: Space, node: PubSubNode, user: Jid): boolean {
  return !(refuseSubscription(engine, space, node, user) instanceof StanzaError);
}

function refuseByAffiliation(affiliation: Affiliation): StanzaError | 'undecided' | undefined {
  switch (affiliation) {
    case 'owner':
    case 'publisher':
    case 'member':
      return undefined;
    case 'outcast':
      return new StanzaError('forbidden', 'You are banned from this node.');
    case 'publish-only':
      return new StanzaError('forbidden', 'You may publish at this node, not read it.');
    default:
      return 'undecided';
  }
}

function refuseByModel({ front }: Engine, space: Space, node: PubSubNode, user: Jid): StanzaError | undefined {
  const { access_model: model, roster_groups_allowed: allowed } = node.configuration;
  switch (model) {
    case 'presence':
      if (front.seesPresence(space, node, user)) return undefined;
      return refusal(
        'not-authorized',
        'presence-subscription-required',
        'Only who may see the presence of the owner may have this.',
      );
    case 'roster':
      if (front.groupsOf(space, node, user).some((group) => allowed.includes(group))) return undefined;
      return refusal('not-authorized', 'not-in-roster-group', 'Only certain contacts of the owner may have this.');
    case 'whitelist':
      return refusal('not-allowed', 'closed-node', 'Only whom the owner has listed may have this.');
    default:
      return undefined;
  }
}

/** What a service says that it can do (XEP-0060 sections 10 and 16.3). */
import { NS_PUBSUB } from './namespaces.ts';

/** Of both: the service of its own domain, and the accounts. */
const COMMON = [
  'auto-create',
  'config-node',
  'config-node-max',
  'create-and-configure',
  'create-nodes',
  'delete-items',
  'delete-nodes',
  'get-pending',
  'instant-nodes',
  'item-ids',
  'leased-subscription',
  'manage-subscriptions',
  'member-affiliation',
  'meta-data',
  'modify-affiliations',
  'multi-items',
  'outcast-affiliation',
  'persistent-items',
  'presence-notifications',
  'publish',
  'publish-node-full',
  'publish-only-affiliation',
  'publish-options',
  'publisher-affiliation',
  'purge-nodes',
  'retract-items',
  'retrieve-affiliations',
  'retrieve-default',
  'retrieve-default-sub',
  'retrieve-items',
  'retrieve-subscriptions',
  'rsm',
  'subscribe',
  'subscription-notifications',
  'subscription-options',
];

/** Of accounts alone (section 9 and XEP-0163). `access-…` names the default, as the table of section 10 has it. */
const PERSONAL = [
  'access-presence',
  'auto-subscribe',
  'filtered-notifications',
  'last-published',
  'presence-subscribe',
];

const named = (names: readonly string[]) => [NS_PUBSUB, ...names.map((name) => `${NS_PUBSUB}#${name}`)];

export const SERVICE_FEATURES: readonly string[] = named(['access-open', ...COMMON]);
export const ACCOUNT_FEATURES: readonly string[] = named([...COMMON, ...PERSONAL, 'pubsub-on-a-jid']).sort();

/** The service of its own domain: many owners, subscribers who say so (XEP-0060). */
import { isAtLeast } from '../../accounts/roles.ts';
import { bareJid, type Jid, parseJid } from '../../jid/jid.ts';
import type { Host } from '../../modulehost/module.ts';
import type { RosterService } from '../../modulehost/services.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Configuration, GENERIC_DEFAULTS } from './configuration.ts';
import type { Front, Limits } from './front.ts';
import type { PubSubNode } from './node.ts';
import type { SeenPresences } from './seen-presences.ts';
import type { PUBSUB_SETTINGS } from './settings.ts';
import { showOf } from './show.ts';
import type { Space } from './spaces.ts';
import type { Show } from './subscription.ts';

export type PubSubHost = Host<typeof PUBSUB_SETTINGS>;

export class ServiceFront implements Front {
  readonly #host: PubSubHost;
  readonly #roster: RosterService;
  readonly #seen: SeenPresences;
  /** Names of nodes that the service itself makes. */
  readonly reserved = new Set<string>();

  /** `seen` are those who have shown themselves to the service. */
  constructor(host: PubSubHost, roster: RosterService, seen: SeenPresences) {
    this.#host = host;
    this.#roster = roster;
    this.#seen = seen;
  }

  defaults(): Configuration {
    return { ...GENERIC_DEFAULTS, max_items: Math.min(20, this.#host.config.maxItems) };
  }

  imposed(): Partial<Configuration> {
    return {};
  }

  limits(): Limits {
    return this.#host.config;
  }

  refuseCreation(space: Space, by: Jid, id: string): StanzaError | undefined {
    if (by.full === space.jid.full) return undefined;
    if (this.reserved.has(id)) return new StanzaError('not-allowed', 'This name is kept for the server itself.');
    const { creation, maxNodesPerOwner } = this.#host.config;
    const role = this.#host.roleOf(by);
    if (role === undefined || !isAtLeast(role, creation === 'admins' ? 'admin' : 'member')) {
      return new StanzaError('forbidden', 'You may not make nodes here.');
    }
    let count = 0;
    for (const { creator } of space.nodes.values()) if (creator === by.bare) count++;
    if (count < maxNodesPerOwner || isAtLeast(role, 'admin')) return undefined;
    return new StanzaError('resource-constraint', `One person may make at most ${maxNodesPerOwner} nodes here.`);
  }

  ownsEverything(_space: Space, user: Jid): boolean {
    return this.#host.roleOf(user) === 'admin';
  }

  ownersOf(_space: Space, node: PubSubNode): readonly Jid[] {
    return this.#owners(node);
  }

  #owners(node: PubSubNode): readonly Jid[] {
    return node.affiliated('owner').flatMap((owner) => parseJid(owner) ?? []);
  }

  seesPresence(_space: Space, node: PubSubNode, user: Jid): boolean {
    return this.#localOwners(node).some((owner) => this.#roster.isSubscribed(owner.local, user.bare));
  }

  groupsOf(_space: Space, node: PubSubNode, user: Jid): readonly string[] {
    return this.#localOwners(node)
      .filter((owner) => this.#roster.isSubscribed(owner.local, user.bare))
      .flatMap((owner) => this.#roster.groups(owner.local, user.bare));
  }

  groups(_space: Space, by: Jid): readonly string[] {
    if (by.domain !== this.#host.domain) return [];
    const contacts = [...this.#roster.contacts(by.local)];
    return [...new Set(contacts.flatMap((contact) => this.#roster.groups(by.local, contact)))].sort();
  }

  implicitSubscribers(): Iterable<Jid> {
    return [];
  }

  addressesOf(_space: Space, _node: PubSubNode, subscribed: Jid): readonly Jid[] {
    return [subscribed];
  }

  presenceOf(user: Jid): readonly Show[] {
    const { domain, sessions } = this.#host;
    const isMeant = (client: Jid) => client.full === user.full || (user.resource === '' && client.bare === user.bare);
    if (user.domain !== domain) {
      return [...this.#seen.all()].filter(({ client }) => isMeant(client)).map(({ presence }) => showOf(presence));
    }
    return [...sessions.of(user.local).values()].flatMap(({ jid, presence }) =>
      presence !== undefined && isMeant(jid) ? [showOf(presence)] : [],
    );
  }

  isShunned(): boolean {
    return false; // whoever wants nothing from the service blocks it, and the recipient's side sees to that
  }

  #localOwners(node: PubSubNode): readonly Jid[] {
    const { domain, accounts } = this.#host;
    return this.#owners(node)
      .map(bareJid)
      .filter((owner) => owner.domain === domain && accounts.has(owner.local));
  }
}

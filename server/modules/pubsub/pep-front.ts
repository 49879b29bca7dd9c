/** Accounts as services: one owner, whose contacts are subscribers by their presence (XEP-0060 section 9, XEP-0163). */
import type { Values } from '../../config/setting.ts';
import { bareJid, type Jid, parseJid } from '../../jid/jid.ts';
import type { BlockingService, RosterService } from '../../modulehost/services.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Configuration, GENERIC_DEFAULTS } from './configuration.ts';
import type { Front, Limits } from './front.ts';
import type { Interests } from './interests.ts';
import type { PubSubNode } from './node.ts';
import type { SeenPresences } from './seen-presences.ts';
import type { PEP_SETTINGS } from './settings.ts';
import { showOf } from './show.ts';
import type { Space } from './spaces.ts';
import type { Show } from './subscription.ts';

/** XEP-0163 section 5. An account's items have but one publisher, who needs no mention. */
const DEFAULTS: Configuration = {
  ...GENERIC_DEFAULTS,
  access_model: 'presence',
  max_items: 1,
  send_last_published_item: 'on_sub_and_presence',
  itemreply: 'none',
};

export interface PepFrontOptions {
  readonly domain: string;
  readonly config: Values<typeof PEP_SETTINGS>;
  readonly sessions: Sessions;
  readonly roster: RosterService;
  readonly blocking: BlockingService | undefined;
  readonly interests: Interests;
  /** Of those who are not contacts here: clients elsewhere, and those who show themselves directly. */
  readonly seen: SeenPresences;
  /** Names of the nodes that nobody but the owner may read. */
  readonly privateNodes: ReadonlySet<string>;
  /** Called with clients here before it matters what they want, in case nobody has asked them yet. */
  readonly meet: (session: Session) => void;
}

export class PepFront implements Front {
  readonly #options: PepFrontOptions;

  constructor(options: PepFrontOptions) {
    this.#options = options;
  }

  defaults(): Configuration {
    return DEFAULTS;
  }

  /** SECURITY: not every client says whom a node is for, and the default is for contacts. */
  imposed(id: string): Partial<Configuration> {
    return this.#options.privateNodes.has(id) ? { access_model: 'whitelist' } : {};
  }

  limits(): Limits {
    return this.#options.config;
  }

  refuseCreation(space: Space, by: Jid): StanzaError | undefined {
    return by.bare === space.jid.bare ? undefined : new StanzaError('forbidden', 'These are somebody else’s nodes.');
  }

  ownsEverything(space: Space, user: Jid): boolean {
    return user.bare === space.jid.bare;
  }

  ownersOf(space: Space): readonly Jid[] {
    return [space.jid];
  }

  seesPresence(space: Space, _node: PubSubNode, user: Jid): boolean {
    return this.#options.roster.isSubscribed(space.jid.local, user.bare);
  }

  groupsOf(space: Space, node: PubSubNode, user: Jid): readonly string[] {
    return this.seesPresence(space, node, user) ? this.#options.roster.groups(space.jid.local, user.bare) : [];
  }

  groups(space: Space): readonly string[] {
    const { roster } = this.#options;
    const all = new Set<string>();
    for (const contact of roster.contacts(space.jid.local)) {
      for (const group of roster.groups(space.jid.local, contact)) all.add(group);
    }
    return [...all].sort();
  }

  /** XEP-0163 section 4: whoever is there, may see the owner, and has said that they want this. */
  *implicitSubscribers(space: Space, node: PubSubNode): Generator<Jid> {
    const { roster, domain, seen } = this.#options;
    const account = space.jid.local;
    yield* this.#interested(account, node);
    for (const contact of roster.contacts(account)) {
      const jid = parseJid(contact);
      if (jid === undefined || jid.domain !== domain || jid.local === '') continue;
      if (roster.isSubscribed(account, contact)) yield* this.#interested(jid.local, node);
    }
    for (const { client, presence } of seen.of(space.jid)) if (this.#wants(client, presence, node)) yield client;
  }

  /** XEP-0163 section 4.3.2: to the resources that want it, as far as they are known. */
  addressesOf(space: Space, node: PubSubNode, subscribed: Jid): readonly Jid[] {
    if (subscribed.resource !== '') return [subscribed];
    const { domain, seen } = this.#options;
    const interested =
      subscribed.domain === domain
        ? [...this.#interested(subscribed.local, node)]
        : [...seen.of(space.jid)]
            .filter(({ client, presence }) => client.bare === subscribed.bare && this.#wants(client, presence, node))
            .map(({ client }) => client);
    return interested.length === 0 ? [bareJid(subscribed)] : interested;
  }

  presenceOf(user: Jid): readonly Show[] {
    const { domain, sessions, seen } = this.#options;
    const presences =
      user.domain === domain
        ? Array.from(sessions.of(user.local).values(), (session) => ({
            client: session.jid,
            presence: session.presence,
          }))
        : [...seen.all()];
    return presences.flatMap(({ client, presence }) =>
      presence !== undefined && (client.full === user.full || (user.resource === '' && client.bare === user.bare))
        ? [showOf(presence)]
        : [],
    );
  }

  isShunned(space: Space, user: Jid): boolean {
    return this.#options.blocking?.isBlocked(space.jid.local, user) ?? false;
  }

  *#interested(account: string, node: PubSubNode): Generator<Jid> {
    for (const session of this.#options.sessions.of(account).values()) {
      if (!isShowing(session)) continue;
      this.#options.meet(session);
      if (this.#wants(session.jid, session.presence, node)) yield session.jid;
    }
  }

  #wants(client: Jid, presence: Session['presence'], node: PubSubNode): boolean {
    return presence !== undefined && this.#options.interests.of(client, presence).has(node.id);
  }
}

function isShowing(session: Session): boolean {
  return session.isAvailable && !session.isEnded;
}

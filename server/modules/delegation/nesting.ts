/** What managers tell of their features, nested into what the server and its accounts tell (XEP-0355 section 7.2). */
import { parseJid } from '../../jid/jid.ts';
import type { Component } from '../../modulehost/components.ts';
import type { Disco, DiscoInfo } from '../../modulehost/disco.ts';
import { readDiscoInfo } from '../../modulehost/disco-info.ts';
import type { OwnRequests } from '../../router/own-requests.ts';
import { el } from '../../xml/element.ts';
import { NS_DELEGATION } from './advert.ts';
import { REMAINING_INFO, REMAINING_ITEMS } from './matching.ts';

const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
/** What stands between the XEP's namespace and the delegated one in the name of a node. */
const SEPARATORS = { server: '::', account: ':bare:' } as const;
/** Characters of one answer: it is kept, and repeated to everybody who asks. */
const MAX_LENGTH = 50_000;
const NOTHING: DiscoInfo = { identities: [], features: [] };

export interface NestingOptions {
  readonly disco: Pick<Disco, 'delegate'>;
  readonly ownRequests: Pick<OwnRequests, 'get'>;
  readonly list: () => readonly Component[];
}

/** Who answered for a namespace when its features were last asked for. */
interface Nested {
  readonly component: string;
  readonly connectedSinceMs: number | undefined;
}

export class Nesting {
  readonly #options: NestingOptions;
  readonly #nested = new Map<string, Nested>();

  constructor(options: NestingOptions) {
    this.#options = options;
  }

  /** Looks at what is delegated now, and asks those who have come. While a manager is away, nothing is told of its namespaces. */
  update(): void {
    const { disco, list } = this.#options;
    const now = new Map<string, Nested>();
    for (const { domain: component, grants, connection } of list()) {
      for (const { xmlns } of grants.delegated) {
        if (xmlns === REMAINING_INFO || xmlns === REMAINING_ITEMS) continue;
        now.set(xmlns, { component, connectedSinceMs: connection?.sinceMs });
      }
    }
    for (const xmlns of [...this.#nested.keys()]) {
      if (now.has(xmlns)) continue;
      this.#nested.delete(xmlns);
      disco.delegate(xmlns, undefined);
    }
    for (const [xmlns, nested] of now) {
      const before = this.#nested.get(xmlns);
      if (before?.component === nested.component && before.connectedSinceMs === nested.connectedSinceMs) continue;
      this.#nested.set(xmlns, nested);
      disco.delegate(xmlns, { server: NOTHING, account: NOTHING });
      if (nested.connectedSinceMs !== undefined) void this.#ask(xmlns, nested);
    }
  }

  stop(): void {
    for (const xmlns of this.#nested.keys()) this.#options.disco.delegate(xmlns, undefined);
    this.#nested.clear();
  }

  /** Section 9, note 2: once, when the delegation is accepted. */
  async #ask(xmlns: string, nested: Nested): Promise<void> {
    const [server, account] = await Promise.all([
      this.#info(nested.component, `${NS_DELEGATION}${SEPARATORS.server}${xmlns}`),
      this.#info(nested.component, `${NS_DELEGATION}${SEPARATORS.account}${xmlns}`),
    ]);
    if (this.#nested.get(xmlns) === nested) this.#options.disco.delegate(xmlns, { server, account });
  }

  async #info(component: string, node: string): Promise<DiscoInfo> {
    const to = parseJid(component);
    const answer = to && (await this.#options.ownRequests.get(to, el('query', NS_DISCO_INFO, { node })));
    const query = answer?.type === 'result' ? answer.element.child('query', NS_DISCO_INFO) : undefined;
    if (query === undefined || query.toXml().length > MAX_LENGTH) return NOTHING;
    const { identities, features, forms = [] } = readDiscoInfo(query) ?? NOTHING;
    return {
      identities: identities.map(({ category, type, name, lang }) => ({
        category,
        type,
        ...(name && { name }),
        ...(lang && { lang }),
      })),
      // Every entity has these two, and the server tells them itself.
      features: features.filter(
        (feature) => feature !== '' && !feature.startsWith('http://jabber.org/protocol/disco#'),
      ),
      forms,
    };
  }
}

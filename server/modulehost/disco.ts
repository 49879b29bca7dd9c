/** What disco#info and disco#items tell (XEP-0030), gathered from the modules, so that it is typed nowhere else. */
import type { Request } from '../router/iq-table.ts';
import { StanzaError } from '../stanza/error.ts';
import type { Form } from '../stanza/form.ts';

export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly name?: string;
  /** Language of the name, as in xml:lang. */
  readonly lang?: string;
}

export interface DiscoInfo {
  readonly identities: readonly Identity[];
  readonly features: readonly string[];
  /** Forms of type `result` that tell more (XEP-0128). */
  readonly forms?: readonly Form[];
}

/** Something that belongs to an entity: another address, or a node of an address. */
export interface DiscoItem {
  readonly jid: string;
  readonly node?: string;
  readonly name?: string;
}

/** One module's part. */
export interface DiscoPart {
  readonly features?: readonly string[];
  readonly identities?: readonly Identity[];
  readonly accountFeatures?: readonly string[];
  readonly accountIdentities?: readonly Identity[];
  readonly items?: readonly { readonly jid: string; readonly name: string }[];
  /** What disco#info of the server tells further; asked each time. */
  readonly forms?: () => readonly Form[];
}

/** What there is to tell about a node; undefined when the entity that is asked has no such node. */
export type NodeAnswer<T> = T | StanzaError | undefined;

/**
 * Answers for nodes of the server and of accounts. Whether the sender may see an account at all has been checked
 * before; what else depends on the sender is for the answerer to check.
 */
export interface NodeAnswerer {
  info(node: string, request: Request): NodeAnswer<DiscoInfo>;
  /** Left out when the nodes are no lists: a node that has information then has no items. */
  items?(node: string, request: Request): NodeAnswer<readonly DiscoItem[]>;
}

/** Items of an account that the sender may see. */
export type AccountList = (request: Request) => readonly DiscoItem[];

/** What somebody tells about a namespace that they answer for. */
export interface DelegatedInfo {
  readonly server: DiscoInfo;
  readonly account: DiscoInfo;
}

/** These are what a server or an account *is*, whoever answers for some of its features. */
const OWN_CATEGORIES: ReadonlySet<string> = new Set(['server', 'account']);

export class Disco {
  readonly #parts = new Set<DiscoPart>();
  readonly #listeners = new Set<() => void>();
  readonly #answerers = new Map<string, NodeAnswerer>();
  readonly #accountLists = new Set<AccountList>();
  readonly #delegated = new Map<string, DelegatedInfo>();
  #revision = 0;

  /** Counts the changes of what `server`, `account` and `items` tell, for those who keep what they made of it. */
  get revision(): number {
    return this.#revision;
  }

  /** Adds a module's part; the function takes it back. */
  add(part: DiscoPart): () => void {
    this.#parts.add(part);
    this.changed();
    return () => {
      this.#parts.delete(part);
      this.changed();
    };
  }

  /**
   * Lets `answerer` speak for its nodes for as long as `feature` is among those of the server or of its accounts: the
   * nodes go with the module that announces the feature, and come back with it.
   */
  answerNodes(feature: string, answerer: NodeAnswerer): void {
    this.#answerers.set(feature, answerer);
  }

  /**
   * Lets `info` stand for all that the modules tell about a namespace which somebody else answers for (XEP-0355 section
   * 7.2); undefined gives it back to them.
   */
  delegate(xmlns: string, info: DelegatedInfo | undefined): void {
    if (info === undefined) this.#delegated.delete(xmlns);
    else this.#delegated.set(xmlns, info);
    this.changed();
  }

  /** For whoever's part tells something else from now on. */
  changed(): void {
    this.#revision++;
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` whenever the answers below may differ. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  server(): DiscoInfo {
    const own = this.#own(({ features, identities, forms }) => ({ features, identities, forms: forms?.() }));
    return merge([...own, ...this.#delegated.values().map(({ server }) => server)]);
  }

  account(): DiscoInfo {
    const own = this.#own(({ accountFeatures: features, accountIdentities: identities }) => ({ features, identities }));
    return merge([...own, ...this.#delegated.values().map(({ account }) => account)]);
  }

  /** The services below the server's domain. */
  items(): readonly DiscoItem[] {
    return this.#gather((part) => part.items);
  }

  /** Adds what accounts have besides their resources; the function takes it back. */
  addAccountItems(list: AccountList): () => void {
    this.#accountLists.add(list);
    return () => this.#accountLists.delete(list);
  }

  /** What the account that is asked has, as far as the sender may know. */
  accountItems(request: Request): readonly DiscoItem[] {
    return [...this.#accountLists].flatMap((list) => [...list(request)]);
  }

  nodeInfo(node: string, request: Request): NodeAnswer<DiscoInfo> {
    for (const answerer of this.#speakers()) {
      const info = answerer.info(node, request);
      if (info !== undefined) return info;
    }
    return undefined;
  }

  /** XEP-0030 section 4.1: a node without items has an empty list of them. */
  nodeItems(node: string, request: Request): NodeAnswer<readonly DiscoItem[]> {
    for (const answerer of this.#speakers()) {
      const items = answerer.items?.(node, request);
      if (items !== undefined) return items;
      const info = answerer.info(node, request);
      if (info !== undefined) return info instanceof StanzaError ? info : [];
    }
    return undefined;
  }

  #speakers(): readonly NodeAnswerer[] {
    const features = new Set([...this.server().features, ...this.account().features]);
    return [...this.#answerers].filter(([feature]) => features.has(feature)).map(([, answerer]) => answerer);
  }

  /** What the modules tell, without what is delegated. */
  #own(pick: (part: DiscoPart) => Told): readonly DiscoInfo[] {
    return [...this.#parts].map((part) => withoutNamespaces(pick(part), this.#delegated));
  }

  #gather<T>(pick: (part: DiscoPart) => readonly T[] | undefined): T[] {
    return [...this.#parts].flatMap((part) => [...(pick(part) ?? [])]);
  }
}

/** What one module tells about the server or about accounts. */
type Told = { readonly [K in keyof DiscoInfo]?: DiscoInfo[K] | undefined };

/** Without the features of delegated namespaces, and without all that a module tells which has such features. */
function withoutNamespaces(
  { features = [], identities = [], forms = [] }: Told,
  delegated: ReadonlyMap<string, unknown>,
): DiscoInfo {
  const kept = features.filter((feature) => !delegated.has(feature.split('#', 1)[0] ?? '') && !delegated.has(feature));
  if (kept.length === features.length) return { features, identities, forms };
  return { features: kept, identities: identities.filter(({ category }) => OWN_CATEGORIES.has(category)) };
}

function merge(infos: readonly DiscoInfo[]): DiscoInfo {
  return {
    identities: infos.flatMap(({ identities }) => identities),
    features: [...new Set(infos.flatMap(({ features }) => features))].sort(),
    forms: mergeForms(infos.flatMap(({ forms }) => forms ?? [])),
  };
}

/** XEP-0128 section 3 has one form for each FORM_TYPE: what several modules tell under one stands in one (XEP-0485 section 9). */
function mergeForms(forms: readonly Form[]): readonly Form[] {
  const merged = new Map<string | undefined, Form>();
  for (const form of forms) {
    const before = merged.get(form.formType);
    merged.set(form.formType, before === undefined ? form : { ...before, fields: [...before.fields, ...form.fields] });
  }
  return [...merged.values()];
}

/** What modules, deeds and listeners may ask of the external components (XEP-0114) and of what they were granted. */
import type { Verdict } from '../router/stages.ts';
import type { AddressedStanza } from '../stanza/stanza.ts';
import type { Transport } from '../stream/transport.ts';
import type { ServiceToken } from './services.ts';

/** What kind of requests is allowed (XEP-0356 sections 4.1 and 6.1). */
export type RequestAccess = 'none' | 'get' | 'set' | 'both';

/** What the host of the server lets a component do besides what every component can. */
export interface ComponentGrants {
  /** XEP-0356 section 4: the contact lists of all accounts. */
  readonly roster: RequestAccess;
  /** Whether it hears of changed contacts; means nothing unless it may read them. */
  readonly rosterPush: boolean;
  /** XEP-0356 section 5: messages in the name of the server or of any account. */
  readonly message: 'none' | 'outgoing';
  /** XEP-0356 section 7: who of the accounts is online, or of their contacts as well. */
  readonly presence: 'none' | 'managed_entity' | 'roster';
  /** XEP-0356 section 6: requests in the name of any account, by namespace. */
  readonly iq: readonly { readonly xmlns: string; readonly access: Exclude<RequestAccess, 'none'> }[];
  /** XEP-0355: namespaces that it answers for, if all these attributes are there. */
  readonly delegated: readonly { readonly xmlns: string; readonly attributes: readonly string[] }[];
}

export const NO_GRANTS: ComponentGrants = {
  roster: 'none',
  rosterPush: true,
  message: 'none',
  presence: 'none',
  iq: [],
  delegated: [],
};

export function allows(access: RequestAccess, type: 'get' | 'set'): boolean {
  return access === type || access === 'both';
}

export interface Component {
  readonly domain: string;
  readonly grants: ComponentGrants;
  /** Milliseconds since 1970, here and below. */
  readonly createdAtMs: number;
  /** Undefined while it is away. */
  readonly connection: { readonly sinceMs: number; readonly remoteAddress: string } | undefined;
}

export type ComponentErrorCode = 'conflict' | 'invalid' | 'not-found' | 'port';

/** An expected refusal; its message is a sentence for the person who asked. */
export class ComponentError extends Error {
  readonly code: ComponentErrorCode;

  constructor(code: ComponentErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ComponentError';
    this.code = code;
  }
}

/** `come`: it has just connected. `gone`: it is away or removed. `granted`: it may do other things than before. */
export type ComponentEvent = 'come' | 'gone' | 'granted';

/** Looks at what a component sends before it is routed. */
export type ComponentInterceptor = (stanza: AddressedStanza, component: Component) => Verdict;

/** Deeds resolve when they are on disk, and reject with a `ComponentError` when they are refused. */
export interface ComponentsService {
  list(): readonly Component[];
  find(domain: string): Component | undefined;
  /** Lets a component connect. A name without a dot is one below the server's domain. */
  add(name: string): Promise<{ readonly domain: string; readonly secret: string }>;
  /** Replaces the secret and ends the connection that was made with the old one. */
  renewSecret(domain: string): Promise<string>;
  grant(domain: string, grants: ComponentGrants): Promise<void>;
  remove(domain: string): Promise<void>;
  /** The function takes it back, here and below. */
  intercept(interceptor: ComponentInterceptor): () => void;
  on(listener: (event: ComponentEvent, component: Component) => void): () => void;
  /** Takes a new connection of what says that it is a component. */
  accept(transport: Transport): void;
}

export const COMPONENTS: ServiceToken<ComponentsService> = { name: 'components' };

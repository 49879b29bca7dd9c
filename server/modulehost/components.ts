/** What modules, deeds and listeners may ask of the external components (XEP-0114) and of what they were granted. */
import type { ComponentGrants } from '../administration/component-grants.ts';
import type { Verdict } from '../router/stages.ts';
import type { AddressedStanza } from '../stanza/stanza.ts';
import type { Transport } from '../stream/transport.ts';
import type { ServiceToken } from './services.ts';

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

/** Where components connect, as who starts the server opens it. */
export interface ComponentDoor {
  /** Opens the port; nothing happens when it is open already. Rejects with a sentence for people. */
  open(): Promise<void>;
  /** Takes no new connections. */
  close(): void;
}

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
  /** From now on the door is open while there are components; resolves when it is as it should be. */
  attachDoor(door: ComponentDoor): Promise<void>;
  /** Takes a new connection of what says that it is a component. */
  accept(transport: Transport): void;
}

export const COMPONENTS: ServiceToken<ComponentsService> = { name: 'components' };

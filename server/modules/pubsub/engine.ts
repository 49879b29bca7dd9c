/** What the parts of a pubsub service have in common: the nodes, who differs in what, and how things leave. */
import type { Jid } from '../../jid/jid.ts';
import type { Logger } from '../../log/log.ts';
import type { PepChange } from '../../modulehost/services.ts';
import type { Router } from '../../router/router.ts';
import type { Iq, MessageType } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';
import type { Front } from './front.ts';
import type { Affiliation, PubSubNode } from './node.ts';
import type { Space, Spaces } from './spaces.ts';

const ID_BYTES = 12;

/** Told of what changed in a node; `account` is that of the service's address. */
export type ChangeListener = (change: Omit<PepChange, 'account'>, space: Space) => void;

export interface EngineOptions {
  readonly front: Front;
  readonly spaces: Spaces;
  readonly router: Pick<Router, 'route'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly randomId: (bytes: number) => string;
  readonly log: Logger;
}

/** A request on its way through the engine. */
export interface PubSubRequest {
  readonly engine: Engine;
  readonly space: Space;
  readonly from: Jid;
  readonly iq: Iq;
  /** `<pubsub/>`. */
  readonly payload: Element;
  /** The child that says what is to be done. */
  readonly action: Element;
}

export class Engine {
  readonly front: Front;
  readonly spaces: Spaces;
  readonly log: Logger;
  readonly listeners = new Set<ChangeListener>();
  readonly #options: EngineOptions;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.front = options.front;
    this.spaces = options.spaces;
    this.log = options.log;
  }

  get now(): number {
    return this.#options.now();
  }

  newId(): string {
    return this.#options.randomId(ID_BYTES);
  }

  affiliationOf(space: Space, node: PubSubNode, user: Jid): Affiliation {
    if (this.front.ownsEverything(space, user)) return 'owner';
    return node.affiliations.get(user.bare) ?? 'none';
  }

  isOwner(space: Space, node: PubSubNode, user: Jid): boolean {
    return this.affiliationOf(space, node, user) === 'owner';
  }

  /** Sends a message in the name of the space; the addresses of the element are those given. */
  send(element: Element, type: MessageType, from: Jid, to: Jid): void {
    this.#options.router
      .route({ kind: 'message', type, element, from, to })
      ?.catch((error) => this.log.error({ err: error }, 'a notification failed'));
  }

  changed(change: Omit<PepChange, 'account'>, space: Space): void {
    for (const listener of this.listeners) {
      try {
        listener(change, space);
      } catch (error) {
        this.log.error({ err: error, node: change.node }, 'a listener to a node failed');
      }
    }
  }
}

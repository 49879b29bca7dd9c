/** Who answers which IQ request: a table by payload, not a chain of handlers. */
import type { Session } from '../session/session.ts';
import type { StanzaError } from '../stanza/error.ts';
import type { Iq } from '../stanza/stanza.ts';
import type { Element } from '../xml/element.ts';

/** `server`: the domain. `self`: the sender's own account. `account`: somebody else's account here. */
export type Addressee = 'server' | 'self' | 'account';

/** A request together with what the table knows about it. */
export interface Request {
  readonly iq: Iq;
  readonly payload: Element;
  readonly addressee: Addressee;
  /** Localpart of the account that is asked; empty when it is the server. */
  readonly account: string;
  /** The session that asks, when it is one of ours. */
  readonly sender: Session | undefined;
}

/** The payload of the result, nothing for an empty result, or a refusal. */
export type Answer = Element | undefined | StanzaError;
export type RequestHandler = (request: Request) => Answer | Promise<Answer>;

export interface IqRoute {
  readonly type: 'get' | 'set';
  readonly xmlns: string;
  readonly name: string;
  readonly addressees: readonly Addressee[];
  /** True when the sender's next stanzas need not wait for the answer. */
  readonly isDetached: boolean;
  readonly handler: RequestHandler;
}

type Payload = readonly [xmlns: string, name: string];
interface IqOptions {
  readonly isDetached?: boolean;
}

export function iqGet(
  payload: Payload,
  addressees: readonly Addressee[],
  handler: RequestHandler,
  options: IqOptions = {},
): IqRoute {
  return {
    type: 'get',
    xmlns: payload[0],
    name: payload[1],
    addressees,
    handler,
    isDetached: options.isDetached ?? false,
  };
}

export function iqSet(
  payload: Payload,
  addressees: readonly Addressee[],
  handler: RequestHandler,
  options: IqOptions = {},
): IqRoute {
  return {
    type: 'set',
    xmlns: payload[0],
    name: payload[1],
    addressees,
    handler,
    isDetached: options.isDetached ?? false,
  };
}

type Slots = Map<string, IqRoute>;

export class IqTable {
  readonly #byPayload = new Map<string, Map<string, Slots>>();

  find(type: 'get' | 'set', payload: Element, addressee: Addressee): IqRoute | undefined {
    return this.#byPayload.get(payload.xmlns)?.get(payload.name)?.get(slotOf(type, addressee));
  }

  /** Claims a payload; throws when somebody has it already. The function gives it back. */
  add(route: IqRoute): () => void {
    const names = this.#byPayload.get(route.xmlns) ?? new Map<string, Slots>();
    this.#byPayload.set(route.xmlns, names);
    const taken: Slots = names.get(route.name) ?? new Map();
    names.set(route.name, taken);
    for (const addressee of route.addressees) {
      const slot = slotOf(route.type, addressee);
      if (taken.has(slot)) throw new Error(`${slot} <${route.name} xmlns="${route.xmlns}"/> is claimed already`);
      taken.set(slot, route);
    }
    return () => {
      for (const addressee of route.addressees) taken.delete(slotOf(route.type, addressee));
    };
  }
}

const SLOTS = {
  get: { server: 'get server', self: 'get self', account: 'get account' },
  set: { server: 'set server', self: 'set self', account: 'set account' },
} as const;

function slotOf(type: 'get' | 'set', addressee: Addressee): string {
  return SLOTS[type][addressee];
}

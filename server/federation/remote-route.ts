/** The route of every domain that is not ours, and the way back: what may leave, what is kept, and what returns. */
import type { Logger } from '../log/log.ts';
import { readStanza } from '../router/read-stanza.ts';
import type { Route, Router } from '../router/router.ts';
import type { Session } from '../session/session.ts';
import { StanzaError } from '../stanza/error.ts';
import { type AddressedStanza, NS_CLIENT } from '../stanza/stanza.ts';
import { type Element, el } from '../xml/element.ts';
import type { DurableQueue, LeftOver } from './durable-queue.ts';
import type { LinkPolicy } from './links/link-options.ts';
import type { Links } from './links/links.ts';
import type { RemotePresences } from './remote-presences.ts';
import type { Strangers } from './strangers.ts';

/** A message that has waited for longer, over restarts, comes back: nobody expects it to arrive any more. */
const MAX_AGE_MS = 24 * 60 * 60 * 1000;

/** With these the server itself tells others that there is nobody, also in the name of whom they may not reach. */
const NO: ReadonlySet<string> = new Set(['error', 'unavailable', 'unsubscribe', 'unsubscribed']);

export interface RemoteRouteOptions {
  readonly router: Router;
  readonly links: Pick<Links, 'send'>;
  readonly queue: DurableQueue;
  readonly policy: Pick<LinkPolicy, 'may'>;
  readonly presences: RemotePresences;
  readonly strangers: Strangers;
  /** Of the accounts. */
  readonly domain: string;
  /** True for an account, by localpart, that may not chat with other servers. */
  readonly isBarred: (account: string) => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Logger;
}

export class RemoteRoute implements Route {
  readonly #options: RemoteRouteOptions;

  constructor(options: RemoteRouteOptions) {
    this.#options = options;
  }

  deliver(stanza: AddressedStanza, sender: Session | undefined): void {
    const { router, links, queue, strangers, domain } = this.#options;
    const { from, to } = stanza;
    // SECURITY: nothing passes through from one server to another.
    if (!router.routes.has(from.domain)) {
      this.#options.log.warn({ from: from.domain, to: to.domain }, 'a stanza from elsewhere to elsewhere was dropped');
      return;
    }
    const refusal = this.#refusal(stanza, sender);
    if (refusal !== undefined) {
      this.#sendBack(stanza, refusal, sender);
      return;
    }
    if (from.domain === domain && from.local !== '' && introduces(stanza)) strangers.wroteTo(from.local, to);
    // What the server itself sends is repeated by whoever made it, or kept in an archive; a client was promised more.
    if (stanza.kind === 'message' && sender !== undefined && stanza.type !== 'error' && !queue.keep(stanza.element)) {
      this.#sendBack(stanza, full(), sender);
      return;
    }
    links.send(stanza.element, from.domain, to.domain);
  }

  /** Sends a message of an earlier run, or says why not. */
  sendAgain({ message, atMs }: LeftOver): void {
    const { links, queue, now } = this.#options;
    const { element, from, to } = message;
    const refusal = now() - atMs > MAX_AGE_MS ? tooLate() : this.#refusal(message, undefined);
    if (refusal === undefined) {
      links.send(element, from.domain, to.domain);
      return;
    }
    queue.forget(element);
    this.#sendBack(message, refusal, undefined);
  }

  /** Takes a stanza from elsewhere, whose `from` is proven. */
  receive(stanza: AddressedStanza): void | Promise<void> {
    const { router, strangers, presences, domain, isBarred } = this.#options;
    const { to } = stanza;
    const isForAccount = to.domain === domain && to.local !== '';
    if (isForAccount && isBarred(to.local)) return this.#answerForNobody(stanza);
    const verdict = isForAccount ? strangers.admit(stanza) : undefined;
    if (verdict === 'handled') return;
    if (verdict !== undefined) return router.refuse(stanza, verdict);
    if (isForAccount && stanza.kind === 'presence') presences.note(stanza);
    return router.route(stanza);
  }

  /** A stanza that was sent did not get there. */
  returned(element: Element, error: StanzaError): void {
    this.#options.queue.forget(element);
    const stanza = readStanza(element);
    if (stanza !== undefined) this.#sendBack(stanza, error, undefined);
  }

  #refusal({ type, from, to }: AddressedStanza, sender: Session | undefined): StanzaError | undefined {
    const { policy, domain, isBarred } = this.#options;
    const isServersNo = sender === undefined && NO.has(type);
    if (!isServersNo && from.domain === domain && from.local !== '' && isBarred(from.local)) {
      return new StanzaError('not-allowed', 'Your account may not chat with other servers.');
    }
    const may = policy.may(to.domain, 'out');
    return may === true ? undefined : new StanzaError('not-allowed', may);
  }

  #sendBack(stanza: AddressedStanza, error: StanzaError, sender: Session | undefined): void {
    if (stanza.kind === 'presence' && !isWorthAnError(stanza)) return;
    this.#options.router.refuse(stanza, error, sender);
  }

  /** SECURITY: an account that others may not reach is to them one that does not exist (RFC 6121 section 8.5.1). */
  #answerForNobody(stanza: AddressedStanza): void {
    const { from, to, kind, type, element } = stanza;
    if (kind === 'presence' && type === 'probe') {
      const addresses = { from: to.bare, to: from.bare, type: 'unsubscribed', id: element.attr('id') };
      this.#options.router.send(el('presence', NS_CLIENT, addresses));
    }
    const isAnswered = kind === 'iq' || (kind === 'message' && type !== 'headline' && type !== 'error');
    if (isAnswered) this.#options.router.refuse(stanza, new StanzaError('service-unavailable'));
  }
}

/** Whoever is asked or written to may answer. Presence that goes to all contacts says nothing of the kind. */
function introduces({ kind, type }: AddressedStanza): boolean {
  return kind === 'presence' ? type === 'subscribe' || type === 'subscribed' : type !== 'error' && type !== 'result';
}

/**
 * Presence that the server sends for its people (broadcasts, probes) comes back unseen: a contact that cannot be reached
 * is simply not there, and nobody asked for an error for each at every login. What a person did, such as joining a room
 * or asking for a contact, does.
 */
function isWorthAnError({ type, to }: AddressedStanza & { readonly kind: 'presence' }): boolean {
  return type === 'subscribe' || (type === 'available' && to.resource !== '');
}

function full(): StanzaError {
  return new StanzaError('resource-constraint', 'Too many messages wait for other servers. Try again later.');
}

function tooLate(): StanzaError {
  return new StanzaError('remote-server-timeout', 'The other server could not be reached for a day.');
}

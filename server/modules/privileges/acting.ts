/**
 * Requests that a component makes in an account's name (XEP-0356 section 6): sent as if the account had, and the answers
 * caught wherever they come back.
 */
import type { Clock, Timer } from '../../clock/clock.ts';
import type { Jid } from '../../jid/jid.ts';
import type { Router } from '../../router/router.ts';
import { readInbound } from '../../session/inbound.ts';
import { StandIn } from '../../session/stand-in.ts';
import { errorReply, StanzaError } from '../../stanza/error.ts';
import type { Iq } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';

/** After this nobody answers any more, as for requests of the server's own. */
const TIMEOUT_MS = 30_000;
const SWEEP_MS = 5_000;
/** Under way at a time, of all components together. */
const MAX_WAITING = 1_000;
const ID_BYTES = 8;

export interface ActingOptions {
  readonly router: Router;
  readonly clock: Clock;
  readonly randomId: (bytes: number) => string;
}

export interface ActedRequest {
  /** Domain of the component. */
  readonly principal: string;
  /** Bare JID of an account here. */
  readonly account: Jid;
  /** The whole request, of the namespace `jabber:client`; its `from` is replaced. */
  readonly iq: Element;
  /** Gets the answer, or an error in its place, with the id of the request. Called once. */
  readonly answered: (answer: Element) => void;
}

interface Waiting {
  readonly account: Jid;
  readonly to: Jid;
  readonly sinceMs: number;
  readonly settle: (answer: Element) => void;
  /** As it was sent. */
  readonly request: Element;
}

export class Acting {
  readonly #options: ActingOptions;
  readonly #waiting = new Map<string, Waiting>();
  #sweep: Timer | undefined;

  constructor(options: ActingOptions) {
    this.#options = options;
  }

  ask({ principal, account, iq, answered }: ActedRequest): void {
    const { router, clock, randomId } = this.#options;
    const ownId = iq.attr('id');
    const settle = (answer: Element) => answered(answer.withAttr('id', ownId));
    // SECURITY: an id that nobody can guess, so that nobody else can answer.
    const id = randomId(ID_BYTES);
    const standIn = new StandIn({
      account,
      principal,
      nowMs: clock.now(),
      answered: (stanza) => {
        if (stanza.name === 'iq' && stanza.attr('id') === id) this.#settle(id, stanza);
      },
    });
    const inbound = readInbound(standIn, iq.withAttr('id', id).withAttr('from', account.full));
    if ('end' in inbound) {
      settle(errorReply(iq, new StanzaError('bad-request', inbound.end.text)));
      return;
    }
    if ('refused' in inbound) {
      settle(errorReply(inbound.refused, inbound.error));
      return;
    }
    const { stanza } = inbound;
    if (stanza.kind !== 'iq') {
      settle(errorReply(iq, new StanzaError('bad-request', 'Only an iq is a request.')));
      return;
    }
    if (this.#waiting.size >= MAX_WAITING) {
      settle(errorReply(stanza.element, new StanzaError('resource-constraint', 'Too many requests wait.')));
      return;
    }
    this.#waiting.set(id, { account, to: stanza.to, sinceMs: clock.now(), settle, request: stanza.element });
    this.#sweep ??= clock.every(SWEEP_MS, () => this.#giveUp());
    try {
      void router.submit(stanza, standIn);
    } catch (error) {
      this.#forget(id);
      throw error;
    }
  }

  /** Takes an answer on its way to an account; undefined when it answers nothing of ours. */
  take({ type, id, from, to, element }: Iq): 'handled' | undefined {
    if (this.#waiting.size === 0 || (type !== 'result' && type !== 'error')) return undefined;
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || waiting.to.full !== from.full || waiting.account.full !== to.full) return undefined;
    this.#settle(id, element);
    return 'handled';
  }

  stop(): void {
    this.#waiting.clear();
    this.#sweep?.cancel();
  }

  #settle(id: string, answer: Element): void {
    const waiting = this.#waiting.get(id);
    this.#forget(id);
    waiting?.settle(answer);
  }

  #forget(id: string): void {
    this.#waiting.delete(id);
    if (this.#waiting.size > 0) return;
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }

  #giveUp(): void {
    const now = this.#options.clock.now();
    for (const [id, { sinceMs, to, request }] of this.#waiting) {
      if (now - sinceMs < TIMEOUT_MS) continue;
      const error = new StanzaError('remote-server-timeout', 'No answer came.');
      this.#settle(id, errorReply(request.withAttr('to', to.full), error));
    }
  }
}

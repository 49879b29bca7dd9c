/** IQ requests that the server itself makes, and the answers that come back to its domain (RFC 6120 section 8.2.3). */
import type { Clock, Timer } from '../clock/clock.ts';
import type { Jid } from '../jid/jid.ts';
import { type Iq, NS_CLIENT } from '../stanza/stanza.ts';
import { type Element, el } from '../xml/element.ts';

/** After this nobody answers any more: a phone may have had to wake up, and that takes less. */
const TIMEOUT_MS = 30_000;
const SWEEP_MS = 5_000;
const ID_BYTES = 8;

export interface OwnRequestsOptions {
  readonly domain: string;
  /** Routes a stanza of the server's own making. */
  readonly send: (element: Element) => void;
  readonly clock: Clock;
  /** Unpredictable text of `bytes` bytes. */
  readonly randomId: (bytes: number) => string;
}

interface Waiting {
  readonly to: Jid;
  readonly sinceMs: number;
  readonly settle: (answer: Iq | undefined) => void;
}

export class OwnRequests {
  readonly #options: OwnRequestsOptions;
  /** By id, the oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  /** One for all requests, and only while there are any. */
  #sweep: Timer | undefined;

  constructor(options: OwnRequestsOptions) {
    this.#options = options;
  }

  /** The answer, a result or an error; undefined when none came within half a minute. Never rejects. */
  get(to: Jid, payload: Element): Promise<Iq | undefined> {
    return this.#ask('get', to, payload);
  }

  /** As `get`. */
  set(to: Jid, payload: Element): Promise<Iq | undefined> {
    return this.#ask('set', to, payload);
  }

  /**
   * Takes a result or error that is addressed to the server. SECURITY: it counts only when it comes from the very
   * address that was asked; ids cannot be guessed either.
   */
  settle(answer: Iq): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined || waiting.to.full !== answer.from.full) return;
    this.#end(answer.id, waiting, answer);
  }

  #ask(type: 'get' | 'set', to: Jid, payload: Element): Promise<Iq | undefined> {
    const { domain, send, clock, randomId } = this.#options;
    const id = randomId(ID_BYTES);
    return new Promise((settle) => {
      this.#waiting.set(id, { to, sinceMs: clock.now(), settle });
      this.#sweep ??= clock.every(SWEEP_MS, () => this.#giveUp());
      send(el('iq', NS_CLIENT, { type, id, from: domain, to: to.full }, payload));
    });
  }

  #giveUp(): void {
    const now = this.#options.clock.now();
    for (const [id, waiting] of this.#waiting) {
      if (now - waiting.sinceMs >= TIMEOUT_MS) this.#end(id, waiting, undefined);
    }
  }

  #end(id: string, waiting: Waiting, answer: Iq | undefined): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) {
      this.#sweep?.cancel();
      this.#sweep = undefined;
    }
    waiting.settle(answer);
  }
}

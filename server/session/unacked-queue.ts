/** XEP-0198 section 4: the stanzas that a client has not acknowledged yet, and the counter modulo 2^32. */
import type { Element } from '../xml/element.ts';

const COUNTER_SIZE = 2 ** 32;

export interface UnackedStanza {
  readonly element: Element;
  /** Milliseconds since 1970: when the server took it for this client. */
  readonly atMs: number;
  /** Position in the client's count, not reduced modulo 2^32. */
  readonly number: number;
}

export class UnackedQueue {
  readonly #now: () => number;
  readonly #added: (() => void) | undefined;
  #stanzas: UnackedStanza[] = [];
  #acknowledged: number;

  /** `added` is told of every stanza that comes in; `acknowledged` is where a restored session's count stands. */
  constructor(now: () => number, added?: () => void, acknowledged = 0) {
    this.#now = now;
    this.#added = added;
    this.#acknowledged = acknowledged;
  }

  get length(): number {
    return this.#stanzas.length;
  }

  /** How many stanzas have been sent in all. */
  get sent(): number {
    return this.#acknowledged + this.#stanzas.length;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get stanzas(): readonly UnackedStanza[] {
    return this.#stanzas;
  }

  add(element: Element): void {
    this.#stanzas.push({ element, atMs: this.#now(), number: this.sent + 1 });
    this.#added?.();
  }

  /** Puts back what an earlier run of the server had kept, in order. */
  restore(element: Element, atMs: number): void {
    this.#stanzas.push({ element, atMs, number: this.sent + 1 });
  }

  /**
   * Takes the client's count `h` and forgets what it covers.
   * False when it covers more than was ever sent (XEP-0198 section 4: `handled-count-too-high`).
   */
  acknowledge(h: number): boolean {
    const step = (((h - this.#acknowledged) % COUNTER_SIZE) + COUNTER_SIZE) % COUNTER_SIZE;
    if (step > this.#stanzas.length) return false;
    this.#acknowledged += step;
    this.#stanzas = step === this.#stanzas.length ? [] : this.#stanzas.slice(step);
    return true;
  }
}

/** A count as it is written in `h` (XEP-0198 section 4: it wraps after 2^32 - 1). */
export function wrapCounter(count: number): number {
  return count % COUNTER_SIZE;
}

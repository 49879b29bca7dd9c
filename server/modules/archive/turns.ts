/**
 * Who may read an archive now. Reading is synchronous: while one asks for something that is hard to find, nobody else is
 * served. Whoever has kept all others waiting therefore waits three times as long, and takes a quarter of the server's time at
 * most. An ordinary page costs far too little to count.
 */
import type { Clock } from '../../clock/clock.ts';

/** What costs less than this is nobody's concern, in milliseconds. */
const NOTICEABLE_MS = 20;
const WAIT_PER_COST = 3;

export class Turns {
  readonly #clock: Clock;
  /** In milliseconds of the clock that is never set; of those alone who must wait. */
  readonly #freeAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Reads for `who` at once, or when the time has come. */
  take<T>(who: string, read: () => T): T | Promise<T> {
    const waitMs = this.#waitMs(who);
    return waitMs <= 0 ? this.#measured(who, read) : this.#wait(who, waitMs, read);
  }

  async #wait<T>(who: string, firstMs: number, read: () => T): Promise<T> {
    // Another device may have had its turn meanwhile.
    for (let waitMs = firstMs; waitMs > 0; waitMs = this.#waitMs(who)) {
      await new Promise<void>((resolve) => {
        this.#clock.after(waitMs, resolve);
      });
    }
    return this.#measured(who, read);
  }

  #waitMs(who: string): number {
    return (this.#freeAtMs.get(who) ?? 0) - this.#clock.elapsedMs();
  }

  #measured<T>(who: string, read: () => T): T {
    const beganMs = this.#clock.elapsedMs();
    try {
      return read();
    } finally {
      const nowMs = this.#clock.elapsedMs();
      const costMs = nowMs - beganMs;
      this.#freeAtMs.delete(who);
      if (costMs >= NOTICEABLE_MS) this.#delay(who, nowMs, costMs * WAIT_PER_COST);
    }
  }

  #delay(who: string, nowMs: number, delayMs: number): void {
    for (const [other, freeAtMs] of this.#freeAtMs) if (freeAtMs <= nowMs) this.#freeAtMs.delete(other);
    this.#freeAtMs.set(who, nowMs + delayMs);
  }
}

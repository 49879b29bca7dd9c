/** When a server that crashed is started again, and when that has become pointless. */

/** Short enough that most people do not notice, doubled so that a broken disk is not hammered. */
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;
/** One fifth to either side: several of these on one network must not come back in step after a power cut. */
const JITTER = 0.2;
/** A server that ran this long was well; its next crash is a new matter. */
const HEALTHY_MS = 60_000;
const MAX_CRASHES = 5;
const CRASH_WINDOW_MS = 5 * 60_000;

export interface Crash {
  readonly nowMs: number;
  /** How long the server had been ready; 0 when it never was. */
  readonly healthyMs: number;
}

export class RestartPolicy {
  /** From 0 up to, but not including, 1. */
  readonly #random: () => number;
  #crashes: readonly number[] = [];
  #inARow = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** How many milliseconds to wait before the next start; undefined when there must be none. */
  delayAfter({ nowMs, healthyMs }: Crash): number | undefined {
    this.#crashes = [...this.#crashes.filter((at) => nowMs - at < CRASH_WINDOW_MS), nowMs];
    if (this.#crashes.length >= MAX_CRASHES) return undefined;
    this.#inARow = healthyMs >= HEALTHY_MS ? 1 : this.#inARow + 1;
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (this.#inARow - 1), MAX_DELAY_MS);
    return Math.round(delayMs * (1 - JITTER + 2 * JITTER * this.#random()));
  }

  /** Somebody has pressed Start: what happened before no longer counts. */
  forget(): void {
    this.#crashes = [];
    this.#inARow = 0;
  }
}

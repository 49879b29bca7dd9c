/** How often somebody may search (XEP-0433 section 4.2.2.5). */

const WINDOW_MS = 60_000;
const MS_PER_SECOND = 1000;
/** Addresses that are counted at once; more within a minute, and everybody waits for the next one. */
const MAX_COUNTED = 10_000;

/** Counts the searches of each address within a minute, which begins with the first of them. */
export class SearchLimit {
  readonly #nowMs: () => number;
  readonly #counts = new Map<string, number>();
  #startMs = 0;

  /** `nowMs`: a clock that nobody sets. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** 0 when `address`, a bare JID, may search now, or the seconds until it may. */
  take(address: string, limit: number): number {
    const now = this.#nowMs();
    if (this.#counts.size === 0 || now - this.#startMs >= WINDOW_MS) {
      this.#counts.clear();
      this.#startMs = now;
    }
    const count = this.#counts.get(address);
    if ((count ?? 0) >= limit || (count === undefined && this.#counts.size >= MAX_COUNTED))
      return Math.max(1, Math.ceil((this.#startMs + WINDOW_MS - now) / MS_PER_SECOND));
    this.#counts.set(address, (count ?? 0) + 1);
    return 0;
  }
}

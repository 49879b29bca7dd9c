/** What was answered, for as long as its owner says, and bounded. */

interface Kept<T> {
  readonly value: T;
  readonly untilMs: number;
}

/** An hour, so that a server that has moved is found within that time whatever its records said. */
const MAX_KEPT_MS = 3_600_000;
/** RFC 2308 section 5 allows hours; a domain that is just being set up should not have to wait for them. */
const MAX_NEGATIVE_MS = 300_000;

export class DnsCache<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** `nowMs` is of a clock that is never set. */
  get(key: string, nowMs: number): T | undefined {
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.untilMs > nowMs) return kept.value;
    this.#kept.delete(key);
    return undefined;
  }

  set(key: string, value: T, nowMs: number, ttlS: number, kind: 'positive' | 'negative'): void {
    const keptMs = Math.min(ttlS * 1000, kind === 'positive' ? MAX_KEPT_MS : MAX_NEGATIVE_MS);
    if (keptMs <= 0) return;
    const oldest = this.#kept.keys().next();
    if (this.#kept.size >= this.#maxEntries && !oldest.done) this.#kept.delete(oldest.value);
    this.#kept.set(key, { value, untilMs: nowMs + keptMs });
  }

  clear(): void {
    this.#kept.clear();
  }
}

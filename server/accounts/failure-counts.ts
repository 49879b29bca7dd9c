/** Failures counted per key, which fade, and the delays that follow from them. */

export interface DelayRule {
  /** So many failures cost nothing. */
  readonly free: number;
  /** What the first failure beyond costs; each further one doubles it. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

/** Half of the failures are forgotten after this long: people come back after a coffee, guessing for days gains little. */
const HALF_LIFE_MS = 10 * 60_000;
/** About 2 MB a table. Whoever can fail from more addresses than this within minutes is not stopped by counting. */
const MAX_KEYS = 10_000;

interface Entry {
  failures: number;
  countedAt: number;
  /** When the next attempt may be made, after those that are waiting already. */
  nextTurnAt: number;
}

/** Counts for many keys in bounded memory; the key that was longest without a failure is forgotten first. */
export class FailureCounts {
  readonly #rule: DelayRule;
  /** In the order of the latest failure. */
  readonly #entries = new Map<string, Entry>();

  constructor(rule: DelayRule) {
    this.#rule = rule;
  }

  /** Counts a failure. */
  add(key: string, nowMs: number): void {
    const entry = this.#entries.get(key) ?? { failures: 0, countedAt: nowMs, nextTurnAt: 0 };
    entry.failures = faded(entry, nowMs) + 1;
    entry.countedAt = nowMs;
    entry.nextTurnAt = Math.max(entry.nextTurnAt, nowMs + this.#delayAfter(entry.failures));
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_KEYS && oldest !== undefined) this.#entries.delete(oldest);
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** The delay that the failures so far have earned, whoever else waits; 0 when they were few or long ago. */
  delayMs(key: string, nowMs: number): number {
    const entry = this.#entries.get(key);
    return entry === undefined ? 0 : this.#delayAfter(faded(entry, nowMs));
  }

  /** How long until it is this attempt's turn, behind those that wait already; 0 when the failures were few or long ago. */
  untilTurnMs(key: string, nowMs: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.delayMs(key, nowMs) === 0) return 0;
    return Math.max(0, entry.nextTurnAt - nowMs);
  }

  /** Gives the turn at `atMs` away: the next one is a delay later. */
  takeTurn(key: string, nowMs: number, atMs: number): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.nextTurnAt = Math.max(entry.nextTurnAt, atMs + this.delayMs(key, nowMs));
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  #delayAfter(failures: number): number {
    const { free, firstDelayMs, maxDelayMs } = this.#rule;
    const beyond = Math.round(failures) - free;
    return beyond <= 0 ? 0 : Math.min(maxDelayMs, firstDelayMs * 2 ** (beyond - 1));
  }
}

function faded({ failures, countedAt }: Entry, nowMs: number): number {
  return failures * 0.5 ** (Math.max(0, nowMs - countedAt) / HALF_LIFE_MS);
}

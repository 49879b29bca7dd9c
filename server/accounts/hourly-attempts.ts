/** How often an address has tried something within the last hour: for what strangers may try, but not without end. */
import { addressPrefix } from './address-prefix.ts';

const HOUR_MS = 60 * 60_000;
/** Addresses that tried within the hour are few; this bounds what a flood from many of them can take. */
const MAX_ADDRESSES = 10_000;

/** Attempts of the last hour by address, counted as one for a whole household (see `addressPrefix`). */
export class HourlyAttempts {
  readonly #now: () => number;
  /** Times of attempts, the oldest first; addresses in the order of their latest attempt. */
  readonly #byAddress = new Map<string, readonly number[]>();

  /** `now` in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts an attempt; false, uncounted, when there were `max` within the hour. 0 is no limit. */
  take(address: string, max: number): boolean {
    if (max === 0) return true;
    const prefix = addressPrefix(address);
    const now = this.#now();
    const recent = (this.#byAddress.get(prefix) ?? []).filter((atMs) => now - atMs < HOUR_MS);
    if (recent.length >= max) return false;
    this.#byAddress.delete(prefix);
    this.#byAddress.set(prefix, [...recent, now]);
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > MAX_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest);
    return true;
  }
}

/** How much somebody may still use: refilled evenly, up to a measure. */

export class TokenBucket {
  readonly #capacity: number;
  readonly #perMs: number;
  readonly #now: () => number;
  #tokens: number;
  #filledAtMs: number;

  /** `now` in milliseconds, never set back. The bucket begins full. */
  constructor(capacity: number, perSecond: number, now: () => number) {
    this.#capacity = capacity;
    this.#perMs = perSecond / 1000;
    this.#now = now;
    this.#tokens = capacity;
    this.#filledAtMs = now();
  }

  has(amount: number): boolean {
    this.#fill();
    return this.#tokens >= amount;
  }

  /** Takes that much if it is there. */
  tryTake(amount: number): boolean {
    if (!this.has(amount)) return false;
    this.#tokens -= amount;
    return true;
  }

  /** Takes in any case; how many milliseconds to wait until the debt is paid, 0 when there is none. */
  take(amount: number): number {
    this.#fill();
    this.#tokens -= amount;
    return this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / this.#perMs);
  }

  get isFull(): boolean {
    return this.has(this.#capacity);
  }

  #fill(): void {
    const now = this.#now();
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#filledAtMs) * this.#perMs);
    this.#filledAtMs = now;
  }
}

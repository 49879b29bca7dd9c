/** A clock whose hands a test turns. */
import type { Clock, Timer } from '../../server/clock/clock.ts';

interface Planned {
  atMs: number;
  readonly everyMs: number | undefined;
  readonly action: () => void;
}

export class FakeClock implements Clock {
  #nowMs: number;
  readonly #planned = new Set<Planned>();

  constructor(startMs: number = Date.UTC(2026, 0, 5, 9, 0, 0)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  elapsedMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): Timer {
    return this.#plan({ atMs: this.#nowMs + delayMs, everyMs: undefined, action });
  }

  every(intervalMs: number, action: () => void): Timer {
    return this.#plan({ atMs: this.#nowMs + intervalMs, everyMs: intervalMs, action });
  }

  /** Lets time pass; what becomes due meanwhile is done in its order, each at its own time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#earliest();
      if (next === undefined || next.atMs > endMs) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      if (next.everyMs === undefined) this.#planned.delete(next);
      else next.atMs += next.everyMs;
      next.action();
    }
    this.#nowMs = endMs;
  }

  #plan(planned: Planned): Timer {
    this.#planned.add(planned);
    return { cancel: () => this.#planned.delete(planned) };
  }

  #earliest(): Planned | undefined {
    let earliest: Planned | undefined;
    for (const planned of this.#planned) if (earliest === undefined || planned.atMs < earliest.atMs) earliest = planned;
    return earliest;
  }
}

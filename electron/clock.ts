/** Time as the shell sees it: handed in everywhere, so that tests can turn the hands themselves. */

/** A planned call that can be taken back. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Calls `action` once, `delayMs` from now, unless cancelled. */
  after(delayMs: number, action: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

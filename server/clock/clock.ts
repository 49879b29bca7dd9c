/** Time as the server sees it: handed in everywhere, so that tests can turn the hands themselves. */

/** A planned call that can be taken back. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Milliseconds since some moment, never set back nor forth: for durations and time limits. */
  elapsedMs(): number;
  /** Calls `action` once, `delayMs` from now, unless cancelled. Does not keep the process alive. */
  after(delayMs: number, action: () => void): Timer;
  /** Calls `action` every `intervalMs` until cancelled. Does not keep the process alive. */
  every(intervalMs: number, action: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  every: (intervalMs, action) => {
    const timer = setInterval(action, intervalMs).unref();
    return { cancel: () => clearInterval(timer) };
  },
};

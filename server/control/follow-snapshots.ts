/** What can be looked at, as an event iterator: whole snapshots, each told once, never faster than a reader reads. */
import type { Clock } from '../clock/clock.ts';

/** Two a second look live, and a hundred people who log in at once are a handful of snapshots. */
const PAUSE_MS = 500;

export interface FollowedSnapshots<T> {
  /** What is there now; it has changed when its JSON has. */
  readonly read: () => T;
  /** Calls back when `read` may give something else; the result takes the listener back. */
  readonly onChange: (listener: () => void) => () => void;
  /** How often to look without being told, for what changes silently, such as counters. */
  readonly refreshMs: number;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** One snapshot at once, then one after each change, with a pause between any two. */
export async function* followSnapshots<T>(followed: FollowedSnapshots<T>): AsyncGenerator<T, void> {
  const { read, onChange, refreshMs, clock, signal } = followed;
  let told: string | undefined;
  let changed = Promise.withResolvers<void>();
  const wake = (): void => changed.resolve();
  const unlisten = onChange(wake);
  const refresh = clock.every(refreshMs, wake);
  signal.addEventListener('abort', wake);
  try {
    while (!signal.aborted) {
      changed = Promise.withResolvers();
      const snapshot = read();
      const text = JSON.stringify(snapshot);
      if (text !== told) {
        told = text;
        yield snapshot;
        await pause(clock, signal);
      }
      if (!signal.aborted) await changed.promise;
    }
  } finally {
    signal.removeEventListener('abort', wake);
    refresh.cancel();
    unlisten();
  }
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const over = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = clock.after(PAUSE_MS, over);
    signal.addEventListener('abort', over);
  });
}

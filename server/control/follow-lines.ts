/** The log as an event iterator that a slow reader cannot make grow. */
import type { LogLine } from '../log/log-line.ts';
import type { LogDeeds } from './deeds.ts';

/** What waits for a reader at most; the oldest lines go first. As many as the log itself keeps in memory. */
const MAX_WAITING = 2000;

/** The newest `lines`, then every line as it is written, until `signal` is aborted. */
export async function* followLines(logs: LogDeeds, lines: number, signal: AbortSignal): AsyncGenerator<LogLine, void> {
  const waiting = [...logs.recent(lines)];
  let wake = Promise.withResolvers<void>();
  const unfollow = logs.follow((line) => {
    waiting.push(line);
    if (waiting.length > MAX_WAITING) waiting.shift();
    wake.resolve();
  });
  const stop = (): void => wake.resolve();
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted) {
      const line = waiting.shift();
      if (line !== undefined) {
        yield line;
      } else {
        wake = Promise.withResolvers<void>();
        await wake.promise;
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    unfollow();
  }
}

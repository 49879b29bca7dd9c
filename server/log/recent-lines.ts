/** The newest lines of the log in memory, and whoever watches the next ones arrive. */
import type { DestinationStream } from 'pino';
import { type LogLine, parseLogLine } from './log-line.ts';

const MAX_LINES = 2000;
/** Lines carry what strangers sent, up to a stanza each; together they may take this much (UTF-16 units). */
const MAX_TOTAL_LENGTH = 4_000_000;

/** A destination for `createLogger`; lines are parsed only when somebody looks. */
export class RecentLines implements DestinationStream {
  readonly #lines: string[] = [];
  readonly #listeners = new Set<(line: LogLine) => void>();
  #totalLength = 0;

  write(text: string): void {
    this.#lines.push(text);
    this.#totalLength += text.length;
    while (this.#lines.length > MAX_LINES || this.#totalLength > MAX_TOTAL_LENGTH) {
      this.#totalLength -= this.#lines.shift()?.length ?? 0;
    }
    if (this.#listeners.size === 0) return;
    const line = parseLogLine(text);
    for (const listener of [...this.#listeners]) listener(line);
  }

  /** The newest `count` lines, the oldest first. */
  recent(count: number): readonly LogLine[] {
    return this.#lines.slice(Math.max(0, this.#lines.length - count)).map(parseLogLine);
  }

  /** Calls `listener` for every line from now on; the result ends it. Listeners must not throw or log. */
  follow(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

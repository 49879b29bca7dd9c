/** What is kept of an error that nobody foresaw: its stack goes to the log, people get a sentence that leads there. */
import { join } from 'node:path';
import { LogFile } from './log/log-file.ts';

export function logPath(dataDir: string): string {
  return join(dataDir, 'logs', 'snug.log');
}

/** Writes a line of its own, beside a logger that may be part of what broke. Never throws. */
export function recordBug(dataDir: string, error: unknown, nowMs: number): void {
  const stack = error instanceof Error ? error.stack : String(error);
  const time = new Date(nowMs).toISOString();
  try {
    const file = new LogFile(logPath(dataDir));
    file.write(
      `${JSON.stringify({ level: 'error', time, room: 'process', stack, msg: 'error that nobody caught' })}\n`,
    );
    file.close();
  } catch {
    // There is no log to write to; the sentence is all that is left.
  }
}

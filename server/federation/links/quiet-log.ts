/** A log for what strangers can cause: of each kind a few lines a minute are written, and the others counted. */
import type { Clock } from '../../clock/clock.ts';
import type { Logger } from '../../log/log.ts';

/** Of one kind in a minute: enough to see what is going on. */
const MAX_LINES = 20;
const WINDOW_MS = 60_000;

interface Written {
  sinceMs: number;
  lines: number;
  leftOut: number;
}

type Level = 'info' | 'warn' | 'error';

/** The next line of a kind that is written says how many were `leftOut` before it. */
export function quietLog(log: Logger, clock: Pick<Clock, 'elapsedMs'>): Logger {
  /** By the message, which is a constant of the program. */
  const kinds = new Map<string, Written>();
  const write = (level: Level) => (fields: object, message: string) => {
    const now = clock.elapsedMs();
    const kind = kinds.get(message) ?? { sinceMs: now, lines: 0, leftOut: 0 };
    kinds.set(message, kind);
    if (now - kind.sinceMs >= WINDOW_MS) Object.assign(kind, { sinceMs: now, lines: 0 });
    if (++kind.lines > MAX_LINES) {
      kind.leftOut++;
      return;
    }
    log[level](kind.leftOut === 0 ? fields : { ...fields, leftOut: kind.leftOut }, message);
    kind.leftOut = 0;
  };
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (room) => quietLog(log.child(room), clock),
  };
}

/** Logging. One logger per room, past tense with fields: `log.info({ jid, queued }, 'session resumed')`. */
import { type DestinationStream, pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What every room sees of the log. `error` means somebody should look; bodies, passwords and tokens never go in. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** The logger of one room; its lines carry `room`. */
  child(room: string): Logger;
}

/** The root of all loggers, whose level can change while the server runs. */
export interface RootLogger extends Logger {
  setLevel(level: LogLevel): void;
}

/** A logger that writes JSON lines to `destination`. Children follow the root's level at once. */
export function createLogger(level: LogLevel, destination: DestinationStream): RootLogger {
  const root = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const children: { level: string }[] = [root];
  const wrap = (logger: typeof root): Logger => ({
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (room) => {
      const made = logger.child({ room });
      children.push(made);
      return wrap(made as typeof root);
    },
  });
  return {
    ...wrap(root),
    setLevel: (next) => {
      for (const logger of children) logger.level = next;
    },
  };
}

/** The shell's own log, beside the server's: JSON lines in `desktop.log`, the time before last in `desktop.log.1`. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A line at each start and stop: this is years. */
const MAX_BYTES = 1_000_000;

type Fields = Readonly<Record<string, unknown>>;

export interface DesktopLog {
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

/** Never throws: a full disk must not take the tray away. */
export function createDesktopLog(path: string, now: () => number): DesktopLog {
  const write = (level: string, fields: Fields, message: string): void => {
    const line = JSON.stringify({
      level,
      time: new Date(now()).toISOString(),
      room: 'desktop',
      ...fields,
      msg: message,
    });
    try {
      // SECURITY: addresses of people can be in here.
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      rotate(path);
      appendFileSync(path, `${line}\n`, { mode: 0o600 });
    } catch {
      // There is nowhere to say so.
    }
  };
  return {
    info: (fields, message) => write('info', fields, message),
    warn: (fields, message) => write('warn', fields, message),
    error: (fields, message) => write('error', fields, message),
  };
}

function rotate(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_BYTES) renameSync(path, `${path}.1`);
}

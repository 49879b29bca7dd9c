/** The log on a terminal or for the program that started the server, and one log written to several places. */
import type { DestinationStream } from 'pino';
import { formatLogLine, parseLogLine } from './log-line.ts';

/** Lines for people (`text`), or events `{"event":"log",…}` for a program (`json`), each with its line end. */
export function createConsoleLines(form: 'text' | 'json', write: (text: string) => void): DestinationStream {
  return {
    write: (text) => {
      const line = parseLogLine(text);
      write(form === 'text' ? `${formatLogLine(line)}\n` : `${JSON.stringify({ event: 'log', ...line })}\n`);
    },
  };
}

/** Writes every line to each of `destinations`, in their order. */
export function tee(...destinations: readonly DestinationStream[]): DestinationStream {
  return {
    write: (text) => {
      for (const destination of destinations) destination.write(text);
    },
  };
}

/** Passes on only the lines of level warn and error. */
export function onlyTroubles(destination: DestinationStream): DestinationStream {
  return {
    write: (text) => {
      const { level } = parseLogLine(text);
      if (level === 'warn' || level === 'error') destination.write(text);
    },
  };
}

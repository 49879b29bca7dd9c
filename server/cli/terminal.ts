/** What the `snug` command touches of its process, handed in so that tests can be the terminal. */
import { homedir } from 'node:os';
import type { Readable } from 'node:stream';
import { type Clock, systemClock } from '../clock/clock.ts';

/** The signals that ask a program to end, with the numbers that make up the exit status 128 + number. */
export const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
export type EndSignal = keyof typeof signalNumbers;

export interface Terminal {
  writeOut(text: string): void;
  writeError(text: string): void;
  /** Aborted when whoever reads the output has gone, as `head` does. */
  readonly outputGone: AbortSignal;
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly homeDirectory: string;
  readonly clock: Clock;
  /** The result takes the listener back. */
  onSignal(listener: (signal: EndSignal) => void): () => void;
  /** For errors that nobody caught. The result takes the listener back. */
  onBug(listener: (error: unknown) => void): () => void;
  /** Ends the process at once. */
  exit(status: number): void;
}

export function processTerminal(): Terminal {
  const gone = new AbortController();
  process.stdout.on('error', () => gone.abort());
  process.stderr.on('error', () => undefined);
  return {
    writeOut: (text) => {
      process.stdout.write(text);
    },
    writeError: (text) => {
      process.stderr.write(text);
    },
    outputGone: gone.signal,
    input: process.stdin,
    environment: process.env,
    platform: process.platform,
    homeDirectory: homedir(),
    clock: systemClock,
    onSignal: (listener) => {
      const names = Object.keys(signalNumbers) as EndSignal[];
      for (const name of names) process.on(name, listener);
      return () => {
        for (const name of names) process.off(name, listener);
      };
    },
    onBug: (listener) => {
      process.on('uncaughtException', listener);
      return () => {
        process.off('uncaughtException', listener);
      };
    },
    exit: (status) => process.exit(status),
  };
}

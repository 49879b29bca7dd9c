/**
 * The log on disk: JSON lines in `snug.log`, older ones in `snug.log.1` to `snug.log.4`.
 *
 * Each line is handed to the system before the logger returns, so that the last lines before a crash are there. One
 * such write costs a few microseconds; a line per stanza is only written at level debug.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DestinationStream } from 'pino';
import { type LogLine, parseLogLine } from './log-line.ts';

/** 5 × 5 MB: weeks of level info for an office, a small mail attachment when compressed. */
const DEFAULT_LIMITS: LogFileLimits = { maxBytes: 5_000_000, maxFiles: 5 };

export interface LogFileLimits {
  /** How large one file may grow. */
  readonly maxBytes: number;
  /** How many files there may be, the one being written included. */
  readonly maxFiles: number;
}

/** A destination for `createLogger`. It never throws once opened: a full disk must not stop a chat server. */
export class LogFile implements DestinationStream {
  readonly #path: string;
  readonly #limits: LogFileLimits;
  #descriptor: number | undefined;
  #bytes = 0;
  #lostLines = 0;

  /**
   * Opens the file for appending and makes its directory if need be, both for the owner alone.
   * @throws the file system's error when the log cannot be opened at all
   */
  constructor(path: string, limits: LogFileLimits = DEFAULT_LIMITS) {
    this.#path = path;
    this.#limits = limits;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#open();
  }

  /** Lines that could not be written, for lack of space as a rule. */
  get lostLines(): number {
    return this.#lostLines;
  }

  write(line: string): void {
    try {
      const bytes = Buffer.from(line);
      if (this.#bytes > 0 && this.#bytes + bytes.length > this.#limits.maxBytes) this.#rotate();
      this.#writeAll(bytes);
    } catch {
      this.#lostLines += 1;
    }
  }

  /** Ends the file; lines that come later open it again. */
  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): number {
    // SECURITY: JIDs and addresses of people are in here.
    const descriptor = openSync(this.#path, 'a', 0o600);
    this.#descriptor = descriptor;
    this.#bytes = fstatSync(descriptor).size;
    return descriptor;
  }

  #writeAll(bytes: Buffer): void {
    const descriptor = this.#descriptor ?? this.#open();
    for (let offset = 0; offset < bytes.length; ) {
      const written = writeSync(descriptor, bytes, offset);
      offset += written;
      this.#bytes += written;
    }
  }

  #rotate(): void {
    this.close();
    for (let age = this.#limits.maxFiles - 1; age > 0; age--) {
      try {
        renameSync(rotatedPath(this.#path, age - 1), rotatedPath(this.#path, age));
      } catch {
        // There are not that many files yet, or Windows has one open elsewhere: then the present one grows on.
      }
    }
    this.#open();
  }
}

/** The newest `count` lines on disk, the oldest first: what `snug logs` shows when no server runs. */
export function readLogTail(path: string, count: number, maxFiles = DEFAULT_LIMITS.maxFiles): readonly LogLine[] {
  let lines: string[] = [];
  for (let age = 0; age < maxFiles && lines.length < count; age++) {
    lines = [...linesOf(rotatedPath(path, age)), ...lines];
  }
  return lines.slice(Math.max(0, lines.length - count)).map(parseLogLine);
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function rotatedPath(path: string, age: number): string {
  return age === 0 ? path : `${path}.${age}`;
}

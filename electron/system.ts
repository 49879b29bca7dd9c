/** What the shell touches of its process and its computer, handed in so that tests can be the computer. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { type Clock, systemClock } from './clock.ts';
import type { RunProgram } from './tray-host.ts';

export interface System {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly argv: readonly string[];
  readonly execPath: string;
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  random(): number;
  readonly runProgram: RunProgram;
  fileExists(path: string): boolean;
  /** Ends a process at once. It may have gone already. */
  killProcess(pid: number): void;
  /** For Ctrl+C in a terminal, and for the end of the session. */
  onEndSignal(listener: () => void): void;
}

export function processSystem(): System {
  return {
    platform: process.platform,
    environment: process.env,
    homeDirectory: homedir(),
    argv: process.argv,
    execPath: process.execPath,
    clock: systemClock,
    random: Math.random,
    runProgram,
    fileExists: existsSync,
    killProcess: (pid) => {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    },
    onEndSignal: (listener) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener);
    },
  };
}

const runProgram: RunProgram = (file, args, timeoutMs) =>
  new Promise((resolve) => {
    execFile(file, [...args], { timeout: timeoutMs, killSignal: 'SIGKILL', windowsHide: true }, (error, stdout) => {
      resolve(error === null ? stdout : undefined);
    });
  });

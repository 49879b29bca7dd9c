/** A terminal that keeps what is written and lets a test press the keys. */
import { Readable } from 'node:stream';
import type { EndSignal, Terminal } from '../../server/cli/terminal.ts';

export interface FakeTerminal extends Terminal {
  output(): string;
  errors(): string;
  /** The lines of the output, each read as JSON. */
  events(): Record<string, unknown>[];
  press(signal: EndSignal): void;
  meetBug(error: unknown): void;
  /** Turns the clock on and calls what is due. */
  advance(ms: number): void;
  readonly exits: number[];
}

export function createFakeTerminal(input = '', environment: Record<string, string> = {}): FakeTerminal {
  let output = '';
  let errors = '';
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly action: () => void }>();
  const signalListeners = new Set<(signal: EndSignal) => void>();
  const bugListeners = new Set<(error: unknown) => void>();
  const exits: number[] = [];
  const after = (delayMs: number, action: () => void) => {
    const timer = { at: now + delayMs, action };
    timers.add(timer);
    return { cancel: () => void timers.delete(timer) };
  };
  const register = <L>(listeners: Set<L>, listener: L) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    writeOut: (text) => {
      output += text;
    },
    writeError: (text) => {
      errors += text;
    },
    outputGone: new AbortController().signal,
    input: Readable.from(input === '' ? [] : [input]),
    environment,
    platform: 'linux',
    homeDirectory: '/home/ann',
    clock: { now: () => now, elapsedMs: () => now, after, every: after },
    onSignal: (listener) => register(signalListeners, listener),
    onBug: (listener) => register(bugListeners, listener),
    exit: (status) => {
      exits.push(status);
    },
    output: () => output,
    errors: () => errors,
    events: () =>
      output
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    press: (signal) => {
      for (const listener of signalListeners) listener(signal);
    },
    meetBug: (error) => {
      for (const listener of bugListeners) listener(error);
    },
    advance: (ms) => {
      now += ms;
      for (const timer of [...timers]) {
        if (timer.at > now) continue;
        timers.delete(timer);
        timer.action();
      }
    },
    exits,
  };
}

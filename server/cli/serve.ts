/** `snug serve`: runs the server until a signal, `snug stop` or a bug ends it. */
import { logPath, recordBug } from '../bug-record.ts';
import { RESTART } from '../restart.ts';
import { CommandFailure, exitStatus, failureOf } from './failure.ts';
import { createServeReport, type ServeReport } from './serve-report.ts';
import type { RunningServer, ServerEntry } from './server-entry.ts';
import { type EndSignal, signalNumbers, type Terminal } from './terminal.ts';

export interface ServeOptions {
  readonly dataDir: string;
  readonly domain?: string;
  readonly overrides: readonly string[];
  readonly json: boolean;
}

/** Streams are closed properly and the last writes are on disk well within this; systemd would wait 90 s. */
const STOP_DEADLINE_MS = 5000;
/**
 * COMPAT(npm): Ctrl+C reaches every process of the terminal, and wrappers such as npm and snug.mjs pass it on besides,
 * so one key press can arrive twice within moments.
 */
const SAME_KEY_PRESS_MS = 300;

/** Resolves with the exit status once the server has stopped for good. Start errors are thrown as they come. */
export async function serve(options: ServeOptions, terminal: Terminal, server: ServerEntry): Promise<number> {
  for (;;) {
    const status = await serveOnce(options, terminal, server);
    if (status !== RESTART) return status;
  }
}

async function serveOnce(
  options: ServeOptions,
  terminal: Terminal,
  server: ServerEntry,
): Promise<number | typeof RESTART> {
  const report = createServeReport(options.json, terminal);
  const ending = new Ending(terminal, report);
  const forgetSignals = terminal.onSignal((signal) => ending.onSignal(signal));
  const forgetBugs = terminal.onBug((error) => {
    recordBug(options.dataDir, error, terminal.clock.now());
    report.error('bug', `Snug met a bug and must stop; ${logPath(options.dataDir)} says more.`);
    ending.begin('bug', exitStatus.failed);
  });
  try {
    const running = await server.startServer({
      dataDir: options.dataDir,
      ...(options.domain === undefined ? {} : { domain: options.domain }),
      overrides: options.overrides,
      logToConsole: options.json ? 'json' : 'text',
      window: 'browser',
    });
    if (!ending.hasBegun) report.ready(running);
    ending.serverIs(running);
    void running.stopping.then((reason) =>
      ending.begin(reason, running.failure === undefined ? exitStatus.done : exitStatus.failed),
    );
    await running.stopped;
    if (running.failure !== undefined) throw running.failure;
    report.stopped();
    return ending.reason === RESTART ? RESTART : ending.status;
  } catch (error) {
    if (failureOf(error) !== undefined) throw error;
    recordBug(options.dataDir, error, terminal.clock.now());
    throw new CommandFailure('bug', `Snug met a bug and could not start; ${logPath(options.dataDir)} says more.`);
  } finally {
    forgetSignals();
    forgetBugs();
    ending.isOver();
  }
}

/** One end, however many ask for it. It may be asked for before the server has come up. */
class Ending {
  readonly #terminal: Terminal;
  readonly #report: ServeReport;
  #running: RunningServer | undefined;
  #reason: string | undefined;
  #lastInterruptAt = Number.NEGATIVE_INFINITY;
  #deadline: { cancel(): void } | undefined;
  status: number = exitStatus.done;

  constructor(terminal: Terminal, report: ServeReport) {
    this.#terminal = terminal;
    this.#report = report;
  }

  /** Undefined until it has begun. */
  get reason(): string | undefined {
    return this.#reason;
  }

  get hasBegun(): boolean {
    return this.#reason !== undefined;
  }

  onSignal(signal: EndSignal): void {
    const now = this.#terminal.clock.now();
    const isEcho = signal === 'SIGINT' && now - this.#lastInterruptAt < SAME_KEY_PRESS_MS;
    if (signal === 'SIGINT') this.#lastInterruptAt = now;
    if (isEcho) return;
    if (this.hasBegun) this.#terminal.exit(128 + signalNumbers[signal]);
    else this.begin(signal, exitStatus.done);
  }

  begin(reason: string, status: number): void {
    if (this.hasBegun) return;
    this.#reason = reason;
    this.status = status;
    this.#report.stopping(reason);
    this.#deadline = this.#terminal.clock.after(STOP_DEADLINE_MS, () => this.#giveUp());
    this.#stop();
  }

  serverIs(running: RunningServer): void {
    this.#running = running;
    if (this.hasBegun) this.#stop();
  }

  isOver(): void {
    this.#deadline?.cancel();
  }

  #stop(): void {
    this.#running?.stop(this.#reason).catch((error: unknown) => {
      this.#report.error('stop-failed', `The server could not stop properly (${String(error)}).`);
      this.#terminal.exit(exitStatus.failed);
    });
  }

  #giveUp(): void {
    this.#report.error('stop-timeout', `The server did not stop within ${STOP_DEADLINE_MS / 1000} s and was ended.`);
    this.#terminal.exit(exitStatus.failed);
  }
}

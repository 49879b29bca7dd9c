/**
 * The supervisor: keeps one worker alive, and knows when that has become pointless.
 *
 * How a worker ended is read from what it said itself (`stopped`, `fatal`) and only then from its exit: exit codes of
 * utility processes have been wrong in several versions of Electron.
 */
import type { FromWorker, ToWorker, WorkerReady } from '../server/control/contract.ts';
import type { Clock, Timer } from './clock.ts';
import type { DesktopLog } from './desktop-log.ts';
import type { PortObject } from './electron-objects.ts';
import { RestartPolicy } from './restart-policy.ts';
import type { ServerPhase } from './server-phase.ts';
import { texts } from './texts.ts';
import type { ForkWorker, WorkerHandle } from './worker-process.ts';

/** Three heartbeats of 5 s. */
const SILENCE_MS = 15_000;
/** A migration or the check of a large database may keep a starting worker from its heartbeat. */
const START_SILENCE_MS = 120_000;
/** People are promised 5 s from Quit to the end; the rest is for the end of the process itself. */
const STOP_MS = 4_500;
/** A new start would meet the same bug or broken disk, but also may not: these are tried again. All others need a person. */
const WORTH_ANOTHER_START: ReadonlySet<string> = new Set(['bug', 'store']);

export interface ServerProcessOptions {
  readonly fork: ForkWorker;
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  readonly log: DesktopLog;
  readonly dataDir: string;
  readonly needsSetup: boolean;
  onPhase(phase: ServerPhase): void;
  /** `isRecovery` when it had ended unexpectedly before. */
  onReady(ready: WorkerReady, isRecovery: boolean): void;
}

/** One life of the worker. */
interface Run {
  readonly worker: WorkerHandle;
  readonly ended: PromiseWithResolvers<void>;
  readySinceMs: number | undefined;
  /** The worker's last word. */
  lastWord: Extract<FromWorker, { type: 'fatal' | 'stopped' }> | undefined;
  /** We asked it to end. */
  isEnding: boolean;
  silence: Timer | undefined;
  deadline: Timer | undefined;
}

export class ServerProcess {
  readonly #options: ServerProcessOptions;
  readonly #policy: RestartPolicy;
  #phase: ServerPhase;
  #run: Run | undefined;
  #isWanted = false;
  #isRecovering = false;
  #isAsleep = false;
  #retry: Timer | undefined;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
    this.#policy = new RestartPolicy(options.random);
    this.#phase = options.needsSetup ? { kind: 'needs-setup' } : { kind: 'stopped', by: 'us' };
  }

  get phase(): ServerPhase {
    return this.#phase;
  }

  /** Starts it, also after it failed. Does nothing while it runs. */
  start(): void {
    this.#isWanted = true;
    if (this.#run !== undefined) return;
    this.#policy.forget();
    this.#isRecovering = false;
    this.#launch();
  }

  /** Resolves when there is no worker any more, which takes 5 s at most. */
  async stop(reason: string): Promise<void> {
    this.#isWanted = false;
    this.#retry?.cancel();
    if (this.#run === undefined) {
      if (this.#phase.kind !== 'needs-setup') this.#enter({ kind: 'stopped', by: 'us' });
      return;
    }
    await this.#end(this.#run, reason);
  }

  /** Stops and starts it; starts it when it does not run. */
  async restart(): Promise<void> {
    if (this.#run === undefined) return this.start();
    this.#isWanted = true;
    await this.#end(this.#run, 'restart');
  }

  /** Hands a port to the worker, on which it serves the contract. False when it is not running. */
  connect(port: PortObject): boolean {
    if (this.#run === undefined || this.#phase.kind !== 'running' || this.#run.isEnding) return false;
    this.#run.worker.post({ type: 'connect' }, [port]);
    return true;
  }

  /** Switches chatting with other servers; does nothing while it is not running. */
  setFederation(isEnabled: boolean): void {
    this.#tell({ type: 'set-federation', isEnabled });
  }

  /** Shows the server on this network, or hides it; does nothing while it is not running. */
  setVisible(isVisible: boolean): void {
    this.#tell({ type: 'set-visible', isVisible });
  }

  /** The computer goes to sleep: nobody can be heard, so nobody is missed. */
  suspend(): void {
    this.#isAsleep = true;
    this.#run?.silence?.cancel();
    if (this.#run?.isEnding === false) this.#run.worker.post({ type: 'suspending' });
  }

  /** The computer is awake again, perhaps in another network. */
  resume(): void {
    this.#isAsleep = false;
    if (this.#run === undefined) {
      if (this.#phase.kind === 'waiting') this.#launch();
      return;
    }
    this.#listen(this.#run);
    if (!this.#run.isEnding) this.#run.worker.post({ type: 'network-changed' });
  }

  #tell(message: ToWorker): void {
    if (this.#phase.kind === 'running' && this.#run?.isEnding === false) this.#run.worker.post(message);
  }

  #launch(): void {
    const { fork, dataDir, log } = this.#options;
    this.#retry?.cancel();
    const worker = fork({
      onMessage: (message) => this.#onMessage(run, message),
      onExit: (code) => this.#onExit(run, code),
    });
    const run: Run = {
      worker,
      ended: Promise.withResolvers<void>(),
      readySinceMs: undefined,
      lastWord: undefined,
      isEnding: false,
      silence: undefined,
      deadline: undefined,
    };
    this.#run = run;
    this.#listen(run);
    worker.post({ type: 'start', dataDir, overrides: [] });
    log.info({}, 'worker started');
    this.#enter({ kind: 'starting' });
  }

  #onMessage(run: Run, message: FromWorker): void {
    if (run !== this.#run) return;
    this.#listen(run);
    switch (message.type) {
      case 'heartbeat':
        return;
      case 'ready': {
        if (run.isEnding) return;
        run.readySinceMs = this.#options.clock.now();
        const wasRecovering = this.#isRecovering;
        this.#isRecovering = false;
        this.#enter({ kind: 'running', ready: message.ready, status: undefined });
        this.#options.onReady(message.ready, wasRecovering);
        return;
      }
      case 'status':
        if (this.#phase.kind === 'running') this.#enter({ ...this.#phase, status: message.status });
        return;
      case 'fatal':
      case 'stopped':
        run.lastWord ??= message;
        // It has said goodbye; it must not stay.
        run.deadline ??= this.#options.clock.after(STOP_MS, () => run.worker.kill());
    }
  }

  #onExit(run: Run, code: number): void {
    const { log } = this.#options;
    run.silence?.cancel();
    run.deadline?.cancel();
    run.ended.resolve();
    if (run !== this.#run) return;
    this.#run = undefined;
    const { lastWord } = run;
    log.info({ code, lastWord: lastWord?.type ?? 'none', wasAsked: run.isEnding }, 'worker ended');
    if (run.isEnding) {
      if (this.#isWanted) this.#launch();
      else this.#enter({ kind: 'stopped', by: 'us' });
    } else if (lastWord?.type === 'stopped') {
      this.#isWanted = false;
      this.#enter({ kind: 'stopped', by: 'command' });
    } else this.#afterCrash(run, lastWord);
  }

  #afterCrash(run: Run, lastWord: (FromWorker & { type: 'fatal' }) | undefined): void {
    const { clock, log } = this.#options;
    if (lastWord !== undefined) {
      log.error({ code: lastWord.code, reason: lastWord.message }, 'server could not go on');
      if (!WORTH_ANOTHER_START.has(lastWord.code)) {
        this.#fail(lastWord.code, lastWord.message);
        return;
      }
    }
    const nowMs = clock.now();
    const delayMs = this.#policy.delayAfter({ nowMs, healthyMs: nowMs - (run.readySinceMs ?? nowMs) });
    if (delayMs === undefined) {
      this.#fail('crash-loop', lastWord?.message ?? texts.crashLoop);
      return;
    }
    this.#isRecovering = true;
    this.#retry = clock.after(delayMs, () => this.#launch());
    this.#enter({ kind: 'waiting', delayMs });
  }

  #fail(code: string, message: string): void {
    this.#isWanted = false;
    this.#isRecovering = false;
    this.#enter({ kind: 'failed', code, message });
  }

  #end(run: Run, reason: string): Promise<void> {
    if (!run.isEnding) {
      run.isEnding = true;
      run.worker.post({ type: 'stop', reason });
      run.deadline ??= this.#options.clock.after(STOP_MS, () => {
        this.#options.log.warn({}, 'worker did not stop in time and was ended');
        run.worker.kill();
      });
      this.#enter({ kind: 'stopping' });
    }
    return run.ended.promise;
  }

  /** Starts the wait for the next sign of life anew. */
  #listen(run: Run): void {
    run.silence?.cancel();
    if (this.#isAsleep) return;
    const silenceMs = run.readySinceMs === undefined ? START_SILENCE_MS : SILENCE_MS;
    run.silence = this.#options.clock.after(silenceMs, () => {
      this.#options.log.error({ silenceMs }, 'worker gave no sign of life and was ended');
      run.worker.kill();
    });
  }

  #enter(phase: ServerPhase): void {
    this.#phase = phase;
    this.#options.onPhase(phase);
  }
}

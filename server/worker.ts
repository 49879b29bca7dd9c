/**
 * The server as a worker of the desktop app: does what its parent says, tells how it is, and never outlives either a
 * bug or the parent.
 */
import { logPath, recordBug } from './bug-record.ts';
import type { Clock } from './clock/clock.ts';
import type { ToWorker } from './control/contract.ts';
import type { ControlPort } from './control/port-door.ts';
import type { ParentPort } from './parent-port.ts';
import { RESTART } from './restart.ts';
import type { RunningServer, ServerOptions } from './server.ts';
import { StartError } from './start-error.ts';

const HEARTBEAT_MS = 5_000;
/** The parent gives us five seconds and then kills; that we are late should be told by ourselves. */
const STOP_DEADLINE_MS = 4_500;
/** For a last message to a parent that does not read. */
const LINGER_MS = 500;

export interface WorkerOptions {
  readonly parent: ParentPort;
  /** Loads the server's code, which takes longer than everything here. */
  readonly loadServer: () => Promise<{ startServer(options: ServerOptions): Promise<RunningServer> }>;
  readonly clock: Clock;
  /** Ends the process. */
  readonly exit: (status: number) => void;
}

type Start = ToWorker & { readonly type: 'start' };

export class Worker {
  readonly #options: WorkerOptions;
  /** Windows that were opened before the server was up. */
  readonly #waitingPorts: ControlPort[] = [];
  #dataDir: string | undefined;
  #running: RunningServer | undefined;
  /** Why it is ending, once it is. */
  #ending: string | undefined;
  #hasFailed = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { parent, clock } = options;
    parent.onMessage((message, ports) => this.#obey(message, ports));
    parent.onGone(() => this.stop('the app has ended'));
    parent.send({ type: 'heartbeat' });
    clock.every(HEARTBEAT_MS, () => parent.send({ type: 'heartbeat' }));
  }

  /** Stops the server and ends the process, within five seconds. */
  stop(reason: string): void {
    if (this.#ending !== undefined) return;
    this.#ending = reason;
    this.#options.clock.after(STOP_DEADLINE_MS, () => this.#options.exit(1));
    if (this.#dataDir === undefined) this.#sayStopped();
    else void this.#running?.stop(reason);
  }

  /** For errors that nobody caught: nothing can be relied on any more, so the server stops and says why. */
  meetBug(error: unknown): void {
    if (this.#dataDir !== undefined) recordBug(this.#dataDir, error, this.#options.clock.now());
    const more = this.#dataDir === undefined ? '' : `; ${logPath(this.#dataDir)} says more`;
    this.#fail('bug', `The server met a bug and must stop${more}.`);
  }

  #obey(message: ToWorker, ports: readonly ControlPort[]): void {
    switch (message.type) {
      case 'start':
        // Once only: a second server in one process would share clocks, signals and the lock's owner.
        if (this.#dataDir === undefined && this.#ending === undefined) void this.#start(message);
        return;
      case 'stop':
        this.stop(message.reason);
        return;
      case 'connect':
        if (this.#running === undefined) this.#waitingPorts.push(...ports);
        else for (const port of ports) this.#running.connect(port);
        return;
      case 'suspending':
        this.#running?.suspend();
        return;
      case 'set-federation':
        void this.#running?.setFederation(message.isEnabled);
        return;
      case 'set-visible':
        void this.#running?.setVisible(message.isVisible);
        return;
      case 'network-changed':
        this.#running?.networkChanged();
    }
  }

  async #start(start: Start): Promise<void> {
    const { dataDir, domain, overrides } = start;
    this.#dataDir = dataDir;
    try {
      const { startServer } = await this.#options.loadServer();
      const running = await startServer({
        dataDir,
        overrides,
        ...(domain === undefined ? {} : { domain }),
        logToConsole: 'none',
        window: 'desktop',
      });
      this.#running = running;
      void running.stopping.then((reason) => {
        if (reason !== RESTART) this.stop(reason);
      });
      if (this.#ending === undefined) this.#serve(running);
      else void running.stop(this.#ending);
      await running.stopped;
      this.#running = undefined;
      if (running.failure !== undefined) this.#fail(running.failure.code, running.failure.message);
      else if (this.#ending === undefined) void this.#start(start);
      else this.#sayStopped();
    } catch (error) {
      if (error instanceof StartError) this.#fail(error.code, error.message);
      else this.meetBug(error);
    }
  }

  #serve(running: RunningServer): void {
    const { parent } = this.#options;
    const { domain, ports, joinPage, addresses, fingerprint, firstAdmin } = running;
    const admin = firstAdmin === undefined ? {} : { firstAdmin };
    const page = joinPage === undefined ? {} : { joinPage };
    parent.send({ type: 'ready', ready: { domain, ports, ...page, addresses, fingerprint, ...admin } });
    for (const port of this.#waitingPorts.splice(0)) running.connect(port);
    running.followStatus((status) => parent.send({ type: 'status', status }));
  }

  #sayStopped(): void {
    if (this.#hasFailed) return;
    const { parent, exit, clock } = this.#options;
    clock.after(LINGER_MS, () => exit(0));
    parent.send({ type: 'stopped' }, () => exit(0));
  }

  /** Tells the parent at once, gives clients their goodbye, and ends the process. */
  #fail(code: string, message: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const { parent, exit, clock } = this.#options;
    const sent = new Promise<void>((resolve) => {
      clock.after(LINGER_MS, resolve);
      parent.send({ type: 'fatal', code, message }, resolve);
    });
    clock.after(STOP_DEADLINE_MS, () => exit(1));
    this.#ending ??= code;
    const stopped = this.#running?.stop(code).catch(() => undefined);
    void Promise.all([sent, stopped]).then(() => exit(1));
  }
}

/** `utilityProcess` as a real child process in which the real worker finds what Electron would give it. */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { ForkOptions } from 'electron';
import type { ElectronObjects, PortObject } from '../../../electron/electron-objects.ts';
import { type Carried, Tunnel } from './tunnel.ts';

const ENTRY = join(import.meta.dirname, 'utility-process-entry.ts');

export class UtilityProcessDouble extends EventEmitter {
  /** The real process, for tests that hurt it. */
  readonly child: ChildProcess;
  readonly #tunnel: Tunnel;
  #lastPort = 0;
  #hasEnded = false;

  constructor(modulePath: string, args: readonly string[] = [], options: ForkOptions = {}) {
    super();
    this.child = fork(ENTRY, [modulePath, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
      execArgv: [...(options.execArgv ?? [])],
      env: { ...options.env },
    });
    this.#tunnel = new Tunnel((carried) => this.#send(carried));
    this.child.on('message', (carried: Carried) => {
      if (carried.kind === 'message') this.emit('message', carried.data);
      else this.#tunnel.carry(carried);
    });
    this.child.on('exit', (code) => {
      this.#hasEnded = true;
      this.#tunnel.closeAll();
      this.emit('exit', code ?? 1);
    });
  }

  get pid(): number | undefined {
    return this.#hasEnded ? undefined : this.child.pid;
  }

  get stdout() {
    return this.child.stdout;
  }

  get stderr() {
    return this.child.stderr;
  }

  kill(): boolean {
    return this.child.kill('SIGTERM');
  }

  postMessage(data: unknown, transfer: readonly PortObject[] = []): void {
    const ports = transfer.map((port) => {
      this.#lastPort += 1;
      this.#tunnel.join(this.#lastPort, port);
      return this.#lastPort;
    });
    this.#send({ kind: 'message', data, ports });
  }

  #send(carried: Carried): void {
    // A process that has just ended is no error: Electron drops what is posted to one.
    if (this.child.connected) this.child.send(carried, () => undefined);
  }
}

/** Remembers every process, so that a test ends them all and can look at the newest. */
export class UtilityProcesses {
  readonly started: UtilityProcessDouble[] = [];
  readonly fork: ElectronObjects['utilityProcess']['fork'] = (modulePath, args, options) => {
    const started = new UtilityProcessDouble(modulePath, args, options);
    this.started.push(started);
    return started;
  };

  get newest(): UtilityProcessDouble {
    const newest = this.started.at(-1);
    if (newest === undefined) throw new Error('no utility process was started');
    return newest;
  }

  /** Ends those that are still there. */
  killAll(): void {
    for (const { child } of this.started) if (child.exitCode === null) child.kill('SIGKILL');
  }
}

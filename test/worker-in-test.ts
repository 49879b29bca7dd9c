/** The real worker, forked as the desktop app's double forks it, with a data directory of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FromWorker, ToWorker } from '../server/control/contract.ts';

export const WORKER = join(import.meta.dirname, '../server/main.ts');

/** On loopback, free ports and quietly. */
export const QUIETLY = [
  'listen.address=127.0.0.1',
  'c2s.port=0',
  'c2s.directTlsPort=0',
  'web.port=0',
  'proxy.port=0',
  'lan.mdns=false',
];

type Kind = FromWorker['type'];
type Said<K extends Kind> = FromWorker & { readonly type: K };

export class WorkerInTest {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'snug-worker-'));
  readonly child: ChildProcess;
  /** Everything it has said, in order. */
  readonly said: FromWorker[] = [];
  /** Its exit status, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
  #hear: () => void = () => undefined;

  /** `first` is a script that runs in its process before anything else. */
  constructor(first = '') {
    const execArgv = first === '' ? [] : ['--import', `data:text/javascript,${encodeURIComponent(first)}`];
    this.child = fork(WORKER, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.child.on('message', (message) => {
      this.said.push(message as FromWorker);
      this.#hear();
    });
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (status, signal) => {
        resolve(status ?? signal);
        this.#hear();
      });
    });
  }

  send(message: ToWorker): void {
    this.child.send(message);
  }

  start(overrides: readonly string[] = QUIETLY, dataDir = this.dataDir): void {
    this.send({ type: 'start', dataDir, overrides, domain: 'miller.local' });
  }

  /** The first thing of this kind that it says, or has said, and that `fits`. */
  async hears<K extends Kind>(kind: K, fits: (said: Said<K>) => boolean = () => true): Promise<Said<K>> {
    for (;;) {
      const found = this.said.find((said): said is Said<K> => said.type === kind && fits(said as Said<K>));
      if (found !== undefined) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`the worker ended before it said ${kind}: ${JSON.stringify(this.said)}`);
      }
      await new Promise<void>((resolve) => {
        this.#hear = resolve;
      });
    }
  }

  async close(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** The main thread's side of the writer's thread. */
import { Worker } from 'node:worker_threads';
import type { Logger } from '../log/log.ts';
import { lostError, readFault, rejectedError, StoreError } from './store-error.ts';
import { type Answer, BatchEncoder, type Request } from './thread-messages.ts';
import { type Change, ignoreRejection, logRefusal, refuseWrite, type Writer } from './writer.ts';

/** Where the thread's code is when nothing else is said. A bundle gives its own. */
const THREAD_ENTRY = new URL('./writer-thread.ts', import.meta.url);

export interface ThreadWriterOptions {
  readonly path: string;
  readonly log: Logger;
  /** Called once, when nothing can be stored any more. */
  readonly onFatal: (error: StoreError) => void;
  readonly threadEntry?: URL;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: StoreError) => void;
}

/** Sends the writes of each tick of the event loop to the thread in one message, and settles them as it answers. */
export class ThreadWriter implements Writer {
  readonly #worker: Worker;
  readonly #log: Logger;
  readonly #onFatal: (error: StoreError) => void;
  readonly #encoder = new BatchEncoder();
  /** In the order of the writes; the thread answers in the same order. */
  #waiting: Waiting[] = [];
  #settled = 0;
  #flushes: (Waiting & { readonly after: number })[] = [];
  #isScheduled = false;
  #fault: StoreError | undefined;

  /** Starts the thread and waits until it has opened the database; rejects with what it met. */
  static async start(options: ThreadWriterOptions): Promise<ThreadWriter> {
    const worker = new Worker(options.threadEntry ?? THREAD_ENTRY, {
      workerData: { path: options.path },
      name: 'store',
      // Its garbage is one batch of rows at a time; without a limit V8 would set aside room as for the whole server.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    await untilReady(worker);
    return new ThreadWriter(worker, options);
  }

  private constructor(worker: Worker, options: ThreadWriterOptions) {
    this.#worker = worker;
    this.#log = options.log;
    this.#onFatal = options.onFatal;
    worker.on('message', (answer: Answer) => this.#receive(answer));
    worker.on('error', (error) => this.#fail(lostError(readFault(error))));
    worker.on('exit', () => this.#fail(lostError({ sqliteCode: '', message: "the writer's thread ended" })));
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  write(changes: readonly Change[]): Promise<void> {
    if (this.#fault !== undefined) return refuseWrite(this.#log, this.#fault);
    if (changes.length === 0) return Promise.resolve();
    this.#encoder.add(changes);
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      // After this tick's input has been read, so that one read of many sockets makes one message.
      setImmediate(() => this.#send());
    }
    const written = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    ignoreRejection(written);
    return written;
  }

  flush(): Promise<void> {
    if (this.#fault !== undefined) return refuseWrite(this.#log, this.#fault);
    if (this.isIdle) return Promise.resolve();
    const after = this.#settled + this.#waiting.length;
    const flushed = new Promise<void>((resolve, reject) => this.#flushes.push({ after, resolve, reject }));
    ignoreRejection(flushed);
    return flushed;
  }

  /** Commits what is queued and ends the thread, which folds the write-ahead log into the database. */
  async close(): Promise<void> {
    const isSound = this.#fault === undefined;
    if (isSound) this.#send();
    this.#fault ??= new StoreError('closed', 'The database is closed.');
    const ended = new Promise<void>((resolve) => {
      this.#worker.once('exit', () => resolve());
      if (this.#worker.threadId === -1) resolve();
    });
    this.#worker.postMessage('close' satisfies Request);
    await ended;
  }

  #send(): void {
    if (!this.#isScheduled) return;
    this.#isScheduled = false;
    this.#worker.postMessage(this.#encoder.take() satisfies Request);
  }

  #receive(answer: Answer): void {
    if (answer.kind === 'lost') this.#fail(lostError(answer.fault));
    if (answer.kind !== 'committed') return;
    const done = this.#waiting.splice(0, answer.count);
    this.#settled += answer.count;
    for (const { index, fault } of answer.failures) {
      const error = rejectedError(fault);
      logRefusal(this.#log, error);
      done[index]?.reject(error);
    }
    // Rejected ones are settled already; resolving them again does nothing.
    for (const waiting of done) waiting.resolve();
    while (this.#flushes[0] !== undefined && this.#flushes[0].after <= this.#settled) this.#flushes.shift()?.resolve();
  }

  /** Rejects everything that is queued. Nothing is taken afterwards: later writes may build on those that are lost. */
  #fail(error: StoreError): void {
    const isClosing = this.#fault?.code === 'closed';
    if (this.#fault !== undefined && !isClosing) return;
    if (isClosing && error.sqliteCode === '' && this.isIdle) return;
    this.#fault = error;
    const lost = [...this.#waiting, ...this.#flushes];
    this.#waiting = [];
    this.#flushes = [];
    for (const waiting of lost) waiting.reject(error);
    this.#log.error({ code: error.code, sqliteCode: error.sqliteCode, lost: lost.length }, 'storing failed');
    this.#onFatal(error);
  }
}

function untilReady(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = () => reject(new StoreError('cannot-open', "The writer's thread ended at once."));
    worker.once('exit', refuse);
    worker.once('error', reject);
    worker.once('message', () => {
      worker.off('exit', refuse);
      worker.off('error', reject);
      resolve();
    });
  });
}

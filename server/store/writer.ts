/** Writing: the interface that every room sees, and the writer of in-memory databases. */
import type { Logger } from '../log/log.ts';
import type { GroupCommit } from './group-commit.ts';
import type { SqlValue } from './reader.ts';
import { lostError, rejectedError, StoreError } from './store-error.ts';

/** One statement without a result. SQL texts must be constants: each distinct text stays prepared for good. */
export interface Change {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

export interface Writer {
  /**
   * Queues changes that belong together: all of them are stored or none.
   *
   * Resolves when they are committed and synced. Rejects with a StoreError: `rejected` when the database refused them
   * (others in the same group are not harmed), `disk-full` or `disk-failure` when nothing can be stored any more,
   * `closed`. Every rejection is logged here, so a caller with nothing to take back may drop the promise.
   */
  write(changes: readonly Change[]): Promise<void>;
  /** Resolves when everything queued before is settled; rejects when the disk failed before that. */
  flush(): Promise<void>;
  /** True when nothing is queued: what was written is on disk. */
  readonly isIdle: boolean;
}

/** A promise that rejects with `error`, logged, and never an `unhandledRejection` when it is dropped. */
export function refuseWrite(log: Logger, error: StoreError): Promise<never> {
  logRefusal(log, error);
  const refused = Promise.reject(error);
  ignoreRejection(refused);
  return refused;
}

/** Whether the caller looks at a promise cannot be known, so each refused write gets its line. */
export function logRefusal(log: Logger, error: StoreError): void {
  log.warn({ code: error.code, sqliteCode: error.sqliteCode, reason: error.message }, 'write refused');
}

/** Keeps Node from ending the process over a promise that its caller dropped on purpose. */
export function ignoreRejection(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}

/**
 * A writer without a thread, on the reader's own connection: a write is applied before `write` returns, and its promise
 * settles in a microtask. Scenes with a fake clock need that; a server on a real disk would stall at every fsync.
 */
export class DirectWriter implements Writer {
  readonly #group: GroupCommit;
  readonly #log: Logger;
  readonly isIdle = true;
  #fault: StoreError | undefined;

  constructor(group: GroupCommit, log: Logger) {
    this.#group = group;
    this.#log = log;
  }

  write(changes: readonly Change[]): Promise<void> {
    if (this.#fault !== undefined) return refuseWrite(this.#log, this.#fault);
    if (changes.length === 0) return Promise.resolve();
    const outcome = this.#group.commit([changes]);
    if (outcome.kind === 'lost') {
      this.#fault = lostError(outcome.fault);
      return refuseWrite(this.#log, this.#fault);
    }
    const failure = outcome.failures[0];
    return failure === undefined ? Promise.resolve() : refuseWrite(this.#log, rejectedError(failure.fault));
  }

  flush(): Promise<void> {
    return this.#fault === undefined ? Promise.resolve() : refuseWrite(this.#log, this.#fault);
  }

  /** Takes nothing more. */
  close(): void {
    this.#fault ??= new StoreError('closed', 'The database is closed.');
  }
}

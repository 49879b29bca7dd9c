/**
 * How long messages stay. The oldest go first, because XEP-0313 section 3.2 allows no gaps; a few hundred at a time, so
 * that nobody's message has to wait for it.
 */
import type { Clock, Timer } from '../../clock/clock.ts';
import type { Logger } from '../../log/log.ts';
import type { Reader } from '../../store/reader.ts';
import type { Archives } from './archives.ts';
import { END } from './ids.ts';
import { readMeasuresBefore, readOldest, readOwners } from './store.ts';

const MS_PER_DAY = 86_400_000;
const SWEEP_MS = 10 * 60_000;
/** The first time soon after the start, but not in the middle of it. */
const FIRST_SWEEP_MS = 60_000;
/** Between two archives, and between two stretches of a long one: other work comes first. */
const PAUSE_MS = 20;
/** Rows that are looked at in one go: two milliseconds. */
const STRETCH = 10_000;

/** 0 is no limit. */
export interface RetentionLimits {
  readonly keepDays: number;
  readonly maxBytes: number;
}

export interface RetentionOptions {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly log: Logger;
  readonly archives: Archives;
  /** For the owner of an archive, a bare JID; undefined when nobody of that name is here any more. */
  readonly limitsOf: (owner: string) => RetentionLimits | undefined;
}

export class Retention {
  readonly #options: RetentionOptions;
  #timer: Timer;
  #isStopped = false;
  /** Archives whose size was looked at; those that have grown since are in `archives.grown`. */
  readonly #measured = new Map<string, number>();

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#timer = options.clock.after(FIRST_SWEEP_MS, () => this.#begin());
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer.cancel();
  }

  #begin(): void {
    const { clock, log, reader } = this.#options;
    this.#sweep(readOwners(reader))
      .catch((error) => log.warn({ err: error }, 'old messages could not be taken away'))
      .finally(() => {
        if (!this.#isStopped) this.#timer = clock.after(SWEEP_MS, () => this.#begin());
      });
  }

  async #sweep(owners: readonly string[]): Promise<void> {
    for (const owner of owners) {
      const limits = this.#options.limitsOf(owner);
      if (limits === undefined) await this.#options.archives.remove(owner);
      else await this.#trim(owner, limits);
      await this.#pause();
      if (this.#isStopped) return;
    }
  }

  async #trim(owner: string, { keepDays, maxBytes }: RetentionLimits): Promise<void> {
    const { archives, clock } = this.#options;
    if (keepDays > 0) await this.#trimByAge(owner, clock.now() - keepDays * MS_PER_DAY);
    const isUnchanged = this.#measured.get(owner) === maxBytes && !archives.grown.has(owner);
    if (maxBytes === 0 || isUnchanged) return;
    archives.grown.delete(owner);
    const last = await this.#lastTooMany(owner, maxBytes);
    if (last !== undefined) await archives.removeUpTo(owner, last);
    this.#measured.set(owner, maxBytes);
  }

  async #trimByAge(owner: string, beforeMs: number): Promise<void> {
    const { archives, reader } = this.#options;
    for (;;) {
      const oldest = readOldest(reader, owner, STRETCH);
      const firstToStay = oldest.findIndex(({ at }) => at >= beforeMs);
      const last = firstToStay < 0 ? oldest.at(-1) : oldest[firstToStay - 1];
      if (last === undefined) return;
      await archives.removeUpTo(owner, last.seq);
      if (firstToStay >= 0 || this.#isStopped) return;
      await this.#pause();
    }
  }

  /** The newest message that no longer fits, counted from the newest of all. */
  async #lastTooMany(owner: string, maxBytes: number): Promise<number | undefined> {
    let bytes = 0;
    let before = END;
    for (;;) {
      const stretch = readMeasuresBefore(this.#options.reader, owner, before, STRETCH);
      for (const { seq, size } of stretch) {
        bytes += size;
        if (bytes > maxBytes) return seq;
        before = seq;
      }
      if (stretch.length < STRETCH || this.#isStopped) return undefined;
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.after(PAUSE_MS, resolve);
    });
  }
}

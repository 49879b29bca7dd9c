/**
 * The audit log: who did what to the server, through which door, on whom, when, and with what outcome. What people do to
 * their own account (XEP-0077) is told by the ordinary log: nobody but administrators may make this one grow.
 */
import type { Clock, Timer } from '../clock/clock.ts';
import type { Reader } from '../store/reader.ts';
import type { Writer } from '../store/writer.ts';
import type { Actor } from './actor.ts';
import type { Subject } from './deed-rules.ts';
import type { DeedName } from './deeds.ts';
import * as store from './store.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
/** SECURITY: who may do nothing must not be able to fill the log with attempts. Enough to see that he tries. */
const MAX_FORBIDDEN_PER_HOUR = 100;
/** Of a text that was announced, or of a setting: as much as tells what it was. */
const MAX_TEXT_LENGTH = 500;

/** `refused` for a reason that was told, `failed` by a fault of the server, `forbidden` by the actor's role. */
export const OUTCOMES = ['done', 'refused', 'failed', 'forbidden'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface AuditEntry {
  readonly actor: Actor;
  readonly deed: DeedName;
  readonly subject: Subject;
  readonly outcome: Outcome;
  readonly reason?: string;
}

/** Each part narrows down; texts are compared without regard to case. */
export interface AuditFilter {
  /** Only those older than the entry with this id: the next page. */
  readonly before?: number | undefined;
  readonly limit: number;
  readonly actor?: string | undefined;
  /** A deed, or all of a group: `accounts`. */
  readonly deed?: string | undefined;
  readonly outcome?: Outcome | undefined;
  readonly text?: string | undefined;
}

export interface AuditLogOptions {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly retentionDays: () => number;
}

export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #listeners = new Set<() => void>();
  readonly #sweeping: Timer;
  /** Attempts of this hour, by actor. */
  readonly #forbidden = new Map<string, number>();
  #forbiddenSinceMs = 0;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#sweep();
    this.#sweeping = options.clock.every(DAY_MS, () => this.#sweep());
  }

  /** Resolves when it is on disk. */
  async append({ actor, deed, subject, outcome, reason }: AuditEntry): Promise<void> {
    const { writer, clock } = this.#options;
    if (outcome === 'forbidden' && !this.#isWorthTelling(actor)) return;
    await writer.write([
      store.insertEntry({
        atMs: clock.now(),
        actor: actor.name,
        door: actor.door,
        deed,
        subject: clip(subject.on),
        detail: clip(subject.detail),
        outcome,
        reason: clip(reason),
      }),
    ]);
    for (const listener of [...this.#listeners]) listener();
  }

  /** The newest first. */
  list({ before, limit, actor, deed, outcome, text }: AuditFilter): readonly store.AuditRow[] {
    return store.readEntries(this.#options.reader, {
      before: before ?? Number.MAX_SAFE_INTEGER,
      limit,
      actor: actor ?? null,
      deed: deed ?? null,
      outcome: outcome ?? null,
      text: text ?? null,
    });
  }

  /** Calls back after each new entry; the result takes the listener back. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  stop(): void {
    this.#sweeping.cancel();
  }

  #isWorthTelling({ name }: Actor): boolean {
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#forbiddenSinceMs >= HOUR_MS) {
      this.#forbidden.clear();
      this.#forbiddenSinceMs = nowMs;
    }
    const count = (this.#forbidden.get(name) ?? 0) + 1;
    this.#forbidden.set(name, count);
    return count <= MAX_FORBIDDEN_PER_HOUR;
  }

  #sweep(): void {
    const days = this.#options.retentionDays();
    if (days > 0)
      void this.#options.writer.write([store.deleteEntriesBefore(this.#options.clock.now() - days * DAY_MS)]);
  }
}

/** Cut to length; half a surrogate pair at the cut is replaced. */
function clip(text: string | undefined): string | null {
  if (text === undefined) return null;
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH).toWellFormed()}…`;
}

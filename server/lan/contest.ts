/** Which names of ours somebody else answers for, from when that is heard until it is heard no more. */
import type { NameConflict } from './probe.ts';

/** More than two of the minutes after which a contested name is asked for again. */
const FORGOTTEN_MS = 150_000;
/** A name is defended at most so often: two that defend theirs must not shout at each other for ever. */
const DEFENCE_INTERVAL_MS = 10_000;

interface Contested {
  holder: string;
  heardMs: number;
  defendedMs: number;
}

export class Contest {
  readonly #monotonicMs: () => number;
  /** By our own names, of which there are few, whatever others send. */
  readonly #contested = new Map<string, Contested>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Who answers for a name of ours now, or did so lately. */
  get conflicts(): readonly NameConflict[] {
    this.#forget();
    return [...this.#contested].map(([name, { holder }]) => ({ name, holder }));
  }

  /** @returns whether nobody contested this name until now. */
  hear({ name, holder }: NameConflict): boolean {
    this.#forget();
    const heardMs = this.#monotonicMs();
    const known = this.#contested.get(name);
    this.#contested.set(name, { holder, heardMs, defendedMs: known?.defendedMs ?? Number.NEGATIVE_INFINITY });
    return known === undefined;
  }

  /** Nobody else has them: that was asked just now. */
  settle(): void {
    this.#contested.clear();
  }

  /** Whether a contested name is to be defended now; asking counts as doing it. */
  isDefenceDue(name: string): boolean {
    const contested = this.#contested.get(name);
    const nowMs = this.#monotonicMs();
    if (contested === undefined || nowMs - contested.defendedMs < DEFENCE_INTERVAL_MS) return false;
    contested.defendedMs = nowMs;
    return true;
  }

  #forget(): void {
    for (const [name, { heardMs }] of this.#contested) {
      if (this.#monotonicMs() - heardMs > FORGOTTEN_MS) this.#contested.delete(name);
    }
  }
}

/** Pauses between attempts: longer each time, and never the same for all servers that lost one at the same moment. */
import type { Timer } from '../../clock/clock.ts';
import type { LinksOptions } from './link-options.ts';

/** Doubling further would change nothing, and overflow in the end. */
const MAX_DOUBLINGS = 20;

export class BackOff {
  readonly #options: Pick<LinksOptions, 'clock' | 'limits' | 'random'>;
  readonly #over: () => void;
  #timer: Timer | undefined;
  #failures = 0;
  /** Milliseconds since 1970, when the pause ends; undefined when there is none. */
  endsAtMs: number | undefined;

  /** `over` is called when a pause ends by itself. */
  constructor(options: Pick<LinksOptions, 'clock' | 'limits' | 'random'>, over: () => void) {
    this.#options = options;
    this.#over = over;
  }

  get isPausing(): boolean {
    return this.#timer !== undefined;
  }

  /** One attempt more has failed. */
  begin(): void {
    const { clock, limits, random } = this.#options;
    const { firstPauseMs, longestPauseMs } = limits();
    const fullMs = Math.min(firstPauseMs * 2 ** Math.min(this.#failures++, MAX_DOUBLINGS), longestPauseMs);
    const pauseMs = Math.round(fullMs * (0.75 + random() / 2));
    this.stop();
    this.endsAtMs = clock.now() + pauseMs;
    this.#timer = clock.after(pauseMs, () => {
      this.stop();
      this.#over();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.endsAtMs = undefined;
  }

  /** What was reached has held: the next pause is a short one again. */
  forget(): void {
    this.#failures = 0;
  }
}

/** Notices that the network is another one: addresses came or went, or the computer slept. */

/** Node reports no network changes. Looking costs a tenth of a millisecond, and people wait for what it finds. */
const POLL_MS = 1000;
/** So late is no busy computer but one that was asleep; sockets may then have lost their group without a sign. */
const ASLEEP_AFTER_MS = 15_000;

export interface InterfaceWatcherOptions {
  /** What is looked at; it has changed when its JSON has. */
  readonly read: () => unknown;
  /** Milliseconds since 1970: a clock that goes on while the computer sleeps. */
  readonly now: () => number;
  readonly onChange: (change: 'interfaces' | 'woken') => void;
}

export class InterfaceWatcher {
  readonly #options: InterfaceWatcherOptions;
  #timer: NodeJS.Timeout | undefined;
  #seen = '';
  #lookedAtMs = 0;

  constructor(options: InterfaceWatcherOptions) {
    this.#options = options;
  }

  /** Looks every second from now on. The timer keeps no process alive. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#seen = JSON.stringify(this.#options.read());
    this.#lookedAtMs = this.#options.now();
    this.#timer = setInterval(() => this.#look(), POLL_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const before = this.#seen;
    const sleptMs = this.#options.now() - this.#lookedAtMs;
    this.#seen = JSON.stringify(this.#options.read());
    this.#lookedAtMs = this.#options.now();
    if (sleptMs > ASLEEP_AFTER_MS) this.#options.onChange('woken');
    else if (this.#seen !== before) this.#options.onChange('interfaces');
  }
}

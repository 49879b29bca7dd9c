/** Looks for other Snug servers on the networks that this one is announced on, and keeps what is found true. */
import type { DnsQuestion } from 'multicast-dns';
import type { Clock, Timer } from '../clock/clock.ts';
import type { Neighbour } from './neighbour-text.ts';
import { BROWSED, Neighbours } from './neighbours.ts';

/** How exactly the lives of records are kept; the shortest is two minutes. */
const TICK_MS = 2_000;
/** RFC 6762 section 5.2: a second, then twice as long each time, up to an hour. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 3_600_000;

export interface BrowserOptions {
  readonly clock: Clock;
  /** Asks on every network. */
  readonly ask: (questions: readonly DnsQuestion[]) => void;
  /** The list is another one now. */
  readonly onChange: () => void;
}

export class Browser {
  readonly #options: BrowserOptions;
  readonly #neighbours: Neighbours;
  #pauseMs = FIRST_PAUSE_MS;
  #next: Timer | undefined;
  #tick: Timer | undefined;

  constructor(options: BrowserOptions) {
    this.#options = options;
    this.#neighbours = new Neighbours(() => options.clock.elapsedMs(), options.onChange);
  }

  get list(): readonly Neighbour[] {
    return this.#neighbours.list;
  }

  readonly hear: Neighbours['hear'] = (packet, from, isOnLink) => this.#neighbours.hear(packet, from, isOnLink);

  /** Asks from now on; when it does so already, often again, as at the beginning. */
  search(): void {
    this.#tick ??= this.#options.clock.every(TICK_MS, () => this.#keepTrue());
    this.#next?.cancel();
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#askForServices();
  }

  /** Forgets everything. */
  stop(): void {
    this.#next?.cancel();
    this.#tick?.cancel();
    this.#tick = undefined;
    this.#neighbours.clear();
  }

  #askForServices(): void {
    const { ask, clock } = this.#options;
    ask(BROWSED.map((type) => ({ name: `_${type}._tcp.local`, type: 'PTR', class: 'IN' })));
    this.#next = clock.after(this.#pauseMs, () => this.#askForServices());
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }

  #keepTrue(): void {
    const due = this.#neighbours.dueQuestions();
    if (due.length > 0) this.#options.ask(due);
    this.#neighbours.expire();
  }
}

/** The end of all links together: what was sent gets its time, and then every connection goes. */
import type { Clock } from '../../clock/clock.ts';
import type { LinkStream } from './link-stream.ts';
import type { OutgoingLink } from './outgoing-link.ts';

/** How long it waits for goodbyes. */
const GOODBYE_MS = 1_500;

export interface LinksEndOptions {
  readonly clock: Clock;
  /** All whose connection is there. */
  readonly streams: ReadonlySet<LinkStream>;
  readonly links: () => Iterable<OutgoingLink>;
}

export class LinksEnd {
  readonly #options: LinksEndOptions;
  #drained: (() => void) | undefined;
  #allGone: (() => void) | undefined;

  constructor(options: LinksEndOptions) {
    this.#options = options;
  }

  /** Something of streams or links is other than before. */
  changed(): void {
    if (this.#drained !== undefined && this.#isDrained) this.#drained();
    if (this.#options.streams.size === 0) this.#allGone?.();
  }

  /** Until nothing is unacknowledged nor about to be sent. What waits for a pause to end is not waited for. */
  async drain(graceMs: number): Promise<void> {
    if (this.#isDrained || graceMs <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    const patience = this.#options.clock.after(graceMs, resolve);
    await promise;
    patience.cancel();
    this.#drained = undefined;
  }

  /** Until no connection is there any more; those that take too long are cut. */
  async untilGone(): Promise<void> {
    const { clock, streams } = this.#options;
    if (streams.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#allGone = resolve;
    const force = clock.after(GOODBYE_MS, () => {
      for (const stream of [...streams]) stream.destroy();
    });
    await promise;
    force.cancel();
  }

  get #isDrained(): boolean {
    const { streams, links } = this.#options;
    for (const stream of streams) {
      if (stream.isOpen && (stream.management.state?.unacked.length ?? 0) > 0) return false;
    }
    for (const link of links()) if (link.state === 'connecting' && link.queuedStanzas > 0) return false;
    return true;
  }
}

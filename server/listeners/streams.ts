/** All streams that are open: their births, their time limits, and the end of all of them when the server stops. */
import { addressPrefix } from '../accounts/address-prefix.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import type { Logger } from '../log/log.ts';
import { Stream, type StreamOptions } from '../stream/stream.ts';
import type { Transport } from '../stream/transport.ts';

/**
 * From the first byte to a bound resource. Psi+, Pidgin and Conversations hold the connection while somebody compares a
 * fingerprint, and after a minute people were still at it; what strangers can hoard is limited by number.
 */
export const NEGOTIATION_MS = 300_000;
/** After our `</stream:stream>` (RFC 6120 section 4.4: "a reasonable amount of time"). */
const CLOSING_MS = 5_000;
const SWEEP_MS = 5_000;
/** Connections of strangers at a time, so that they cannot take the memory of those who signed in. */
const MAX_UNAUTHENTICATED = 1_000;
const SHUTDOWN = { condition: 'system-shutdown', text: 'The server is stopping.' };

export interface StreamsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Everything that a stream needs besides its transport. */
  readonly streamOptions: () => Omit<StreamOptions, 'transport' | 'gone' | 'now' | 'log'>;
}

export class Streams {
  readonly #options: StreamsOptions;
  readonly #open = new Map<Stream, number | undefined>();
  readonly #sweep: Timer;
  #allGone: (() => void) | undefined;
  #isClosing = false;
  /** True when it has been told since the last sweep that there are too many strangers. */
  #isCrowdTold = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.#sweep = options.clock.every(SWEEP_MS, () => this.#enforce());
  }

  get count(): number {
    return this.#open.size;
  }

  /** Puts a stream on a new connection. When there are too many strangers, another one goes. */
  open(transport: Transport): Stream {
    const { clock, log, streamOptions } = this.#options;
    if (this.#unauthenticated() >= MAX_UNAUTHENTICATED) this.#makeRoom();
    const stream = new Stream({
      ...streamOptions(),
      transport,
      now: () => clock.elapsedMs(),
      log,
      gone: (gone) => this.#gone(gone),
    });
    this.#open.set(stream, undefined);
    if (this.#isClosing) stream.close(SHUTDOWN, 'shutdown');
    return stream;
  }

  /** Ends the streams of an account but for `kept`, also those that have signed in and not bound a resource yet. */
  closeOf(account: string, error: { readonly condition: string; readonly text: string }, kept?: object): void {
    for (const stream of [...this.#open.keys()]) {
      if (stream.account === account && stream !== kept) stream.close(error);
    }
  }

  /** Ends all streams with `system-shutdown`, also those to come; resolves when they are gone, by force after `graceMs`. */
  async closeAll(graceMs: number): Promise<void> {
    this.#isClosing = true;
    this.#sweep.cancel();
    for (const stream of this.#open.keys()) stream.close(SHUTDOWN, 'shutdown');
    if (this.#open.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#allGone = resolve;
    const force = this.#options.clock.after(graceMs, () => {
      for (const stream of this.#open.keys()) stream.destroy();
    });
    await promise;
    force.cancel();
  }

  #gone(stream: Stream): void {
    this.#open.delete(stream);
    if (this.#open.size === 0) this.#allGone?.();
  }

  #unauthenticated(): number {
    if (this.#open.size < MAX_UNAUTHENTICATED) return 0; // the common case, without counting
    let count = 0;
    for (const stream of this.#open.keys()) if (stream.account === undefined) count++;
    return count;
  }

  /**
   * Drops the oldest stranger from where most of them come.
   * SECURITY: were newcomers refused instead, whoever opens that many connections would keep everybody out.
   */
  #makeRoom(): void {
    let largest: Stream[] = [];
    const strangers = [...this.#open.keys()].filter((stream) => stream.account === undefined);
    for (const group of Map.groupBy(strangers, ({ remoteAddress }) => addressPrefix(remoteAddress)).values()) {
      if (group.length > largest.length) largest = group;
    }
    const [oldest] = largest;
    if (oldest === undefined) return;
    if (!this.#isCrowdTold) {
      this.#isCrowdTold = true;
      const { log } = this.#options;
      log.warn(
        { address: oldest.remoteAddress, from: largest.length },
        'connections dropped: too many have not signed in',
      );
    }
    this.#open.delete(oldest);
    oldest.destroy();
  }

  #enforce(): void {
    this.#isCrowdTold = false;
    const now = this.#options.clock.elapsedMs();
    for (const [stream, closingSince] of this.#open) {
      if (!stream.isOpen) {
        if (closingSince === undefined) this.#open.set(stream, now);
        else if (now - closingSince >= CLOSING_MS) stream.destroy();
      } else if (!stream.isBound && now - stream.startedAtMs >= NEGOTIATION_MS) {
        stream.close({ condition: 'connection-timeout', text: 'Signing in took too long.' });
      }
    }
  }
}

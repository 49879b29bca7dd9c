/** Whether the other side of a stream is still there, and whether anybody still needs it. */
import type { LinkStream } from './link-stream.ts';
import type { StreamHome } from './stream-home.ts';

export class Liveness {
  readonly #stream: LinkStream;
  readonly #home: StreamHome;
  #lastHeardMs: number;
  #lastStanzaMs: number;

  constructor(stream: LinkStream, home: StreamHome) {
    this.#stream = stream;
    this.#home = home;
    this.#lastHeardMs = home.options.clock.elapsedMs();
    this.#lastStanzaMs = this.#lastHeardMs;
  }

  /** Something came in. */
  heard(): void {
    this.#lastHeardMs = this.#home.options.clock.elapsedMs();
  }

  /** A stanza came or went. */
  stanza(): void {
    this.#lastStanzaMs = this.#home.options.clock.elapsedMs();
  }

  /** Called every few seconds while the stream may be used. */
  sweep(): void {
    const { clock, limits } = this.#home.options;
    const { idleMs, pingMs, pingTimeoutMs } = limits();
    const now = clock.elapsedMs();
    const { management, role, remote } = this.#stream;
    const { requestedAtMs, state } = management;
    // Who opened a stream closes it; the other side only when that has been forgotten.
    const isIdle = now - this.#lastStanzaMs >= (role === 'outgoing' ? idleMs : 2 * idleMs);
    if (isIdle && (state === undefined || state.unacked.length === 0)) {
      this.#stream.close();
    } else if (requestedAtMs !== undefined && now - Math.max(requestedAtMs, this.#lastHeardMs) >= pingTimeoutMs) {
      this.#stream.destroy(`${remote} does not answer any more.`);
    } else if (now - this.#lastHeardMs >= pingMs) {
      if (state !== undefined) management.request();
      else this.#stream.write(' '); // RFC 6120 section 4.6.1: a dead connection shows when it is written to
    }
  }
}

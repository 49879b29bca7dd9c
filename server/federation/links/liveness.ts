/** Whether the other side of a stream is still there, and whether anybody still needs it. */
import type { LinkStream } from './link-stream.ts';
import type { StreamHome } from './stream-home.ts';

/** So many times the patience for an answer: who is heard all the while, and acknowledges nothing, is no use either. */
const MAX_OVERDUE = 10;

export class Liveness {
  readonly #stream: LinkStream;
  readonly #home: StreamHome;
  #lastHeardMs: number;
  #lastStanzaMs: number;
  #hasStanzas = false;
  /** Since when the system has taken nothing of what waits for it, and how much it had taken then. */
  #blocked: { readonly sinceMs: number; readonly takenBytes: number } | undefined;

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

  /** Whether any stanza came or went. */
  get hasStanzas(): boolean {
    return this.#hasStanzas;
  }

  /** A stanza came or went. */
  stanza(): void {
    this.#hasStanzas = true;
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
    if (this.#isBlocked(now, pingTimeoutMs)) {
      this.#stream.letGo();
    } else if (isIdle && (state === undefined || state.unacked.length === 0)) {
      this.#stream.close();
    } else if (requestedAtMs !== undefined && now - Math.max(requestedAtMs, this.#lastHeardMs) >= pingTimeoutMs) {
      this.#stream.destroy(`${remote} does not answer any more.`);
    } else if (requestedAtMs !== undefined && now - requestedAtMs >= MAX_OVERDUE * pingTimeoutMs) {
      this.#stream.destroy(`${remote} does not acknowledge what it gets.`);
    } else if (now - this.#lastHeardMs >= pingMs) {
      if (state !== undefined) management.request();
      else this.#stream.write(' '); // RFC 6120 section 4.6.1: a dead connection shows when it is written to
    }
  }

  #isBlocked(now: number, patienceMs: number): boolean {
    const { bufferedBytes, takenBytes } = this.#stream;
    if (bufferedBytes === 0) this.#blocked = undefined;
    else if (this.#blocked?.takenBytes !== takenBytes) this.#blocked = { sinceMs: now, takenBytes };
    return this.#blocked !== undefined && now - this.#blocked.sinceMs >= patienceMs;
  }
}

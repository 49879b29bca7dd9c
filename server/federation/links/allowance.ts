/** How much one stream may say: little before its peer has proven a domain, afterwards as fast as that domain may. */
import type { Timer } from '../../clock/clock.ts';
import { StreamError } from '../../stream/stream-error.ts';
import type { LinkStream } from './link-stream.ts';
import type { StreamHome } from './stream-home.ts';

/** First-level elements of a peer that has proven nothing: an honest one needs fewer than ten, and one for each question. */
const MAX_UNPROVEN_ELEMENTS = 100;
/** In all, spaces between elements included. */
const MAX_UNPROVEN_BYTES = 262_144;

export class Allowance {
  readonly #stream: LinkStream;
  readonly #home: StreamHome;
  #unprovenElements = 0;
  #unprovenBytes = 0;
  /** While nothing is read. */
  #pause: Timer | undefined;

  constructor(stream: LinkStream, home: StreamHome) {
    this.#stream = stream;
    this.#home = home;
  }

  /** A chunk has come in. */
  heard(bytes: number): void {
    const { owner } = this.#stream.domains;
    if (owner !== undefined) {
      this.#pace(owner, bytes);
      return;
    }
    if (this.#stream.isReady) return;
    this.#unprovenBytes += bytes;
    if (this.#unprovenBytes > MAX_UNPROVEN_BYTES) this.#fail();
  }

  /** False when it is one too many, and the stream has ended. */
  admits(): boolean {
    const { domains, isReady } = this.#stream;
    if (domains.owner !== undefined || isReady || ++this.#unprovenElements <= MAX_UNPROVEN_ELEMENTS) return true;
    this.#fail();
    return false;
  }

  /** The stream is over. */
  end(): void {
    this.#pause?.cancel();
  }

  /** What comes too fast is read later; nothing is dropped. */
  #pace(domain: string, bytes: number): void {
    const waitMs = this.#home.pace(domain, bytes);
    if (waitMs === 0 || this.#pause !== undefined) return;
    this.#stream.hold();
    this.#pause = this.#home.options.clock.after(waitMs, () => {
      this.#pause = undefined;
      this.#stream.release();
    });
  }

  #fail(): void {
    this.#stream.fail(new StreamError('policy-violation', 'Prove your domain first.'));
  }
}

/** How fast each domain may send: what is too fast is read later, not dropped. */
import type { LinkRate } from './link-options.ts';
import { TokenBucket } from './token-bucket.ts';

interface Pace {
  readonly rate: LinkRate;
  readonly bucket: TokenBucket;
}

export class Paces {
  readonly #rateOf: (domain: string) => LinkRate | undefined;
  readonly #now: () => number;
  readonly #paces = new Map<string, Pace>();

  constructor(rateOf: (domain: string) => LinkRate | undefined, now: () => number) {
    this.#rateOf = rateOf;
    this.#now = now;
  }

  /** Milliseconds for which nothing more should be read from `domain` after that many bytes. */
  take(domain: string, bytes: number): number {
    const rate = this.#rateOf(domain);
    if (rate === undefined) return 0;
    const known = this.#paces.get(domain);
    if (known !== undefined && isSame(known.rate, rate)) return known.bucket.take(bytes);
    const bucket = new TokenBucket(rate.burstBytes, rate.bytesPerSecond, this.#now);
    this.#paces.set(domain, { rate, bucket });
    return bucket.take(bytes);
  }

  /** Those who have been silent long enough begin anew anyway. */
  forgetIdle(): void {
    for (const [domain, { bucket }] of this.#paces) if (bucket.isFull) this.#paces.delete(domain);
  }
}

function isSame(a: LinkRate, b: LinkRate): boolean {
  return a.bytesPerSecond === b.bytesPerSecond && a.burstBytes === b.burstBytes;
}

/**
 * How often what a stranger says may make us look for another server: bounded in all and for each domain, so that
 * nobody uses us against others, and from each address, so that nobody uses up what honest servers need.
 */
import { addressPrefix } from '../../accounts/address-prefix.ts';
import type { LinksOptions } from './link-options.ts';
import { TokenBucket } from './token-bucket.ts';

/** Buckets that are remembered; more than can be taken from in a minute. */
const MAX_REMEMBERED = 2_000;

export class DialBudget {
  readonly #options: Pick<LinksOptions, 'clock' | 'limits'>;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #all: TokenBucket;

  constructor(options: Pick<LinksOptions, 'clock' | 'limits'>) {
    this.#options = options;
    this.#all = this.#perMinute(options.limits().maxVerificationsPerMinute);
  }

  /** Whether `domain` may be looked for now, because of what came from `address`. */
  tryTake(domain: string, address: string): boolean {
    if (!this.#all.has(1)) return false; // before anything is remembered of names that somebody makes up
    const limits = this.#options.limits();
    const from = addressPrefix(address);
    const buckets = [
      this.#of(from, limits.maxVerificationsPerAddressPerMinute),
      this.#of(`${from} ${domain}`, limits.maxVerificationsPerAddressAndDomainPerMinute),
      this.#of(` ${domain}`, limits.maxVerificationsPerDomainPerMinute),
      this.#all,
    ];
    if (!buckets.every((bucket) => bucket?.has(1))) return false;
    for (const bucket of buckets) bucket?.tryTake(1);
    return true;
  }

  #of(key: string, perMinute: number): TokenBucket | undefined {
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    if (this.#buckets.size >= MAX_REMEMBERED) this.#forgetFull();
    if (this.#buckets.size >= MAX_REMEMBERED) return undefined;
    const bucket = this.#perMinute(perMinute);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #perMinute(count: number): TokenBucket {
    return new TokenBucket(count, count / 60, () => this.#options.clock.elapsedMs());
  }

  #forgetFull(): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull) this.#buckets.delete(key);
  }
}

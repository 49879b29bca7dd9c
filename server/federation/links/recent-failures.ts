/** Why each domain could not be reached or was refused the last time: for the window, and bounded. */

/** More than a person looks at. */
const MAX_DOMAINS = 200;

export interface Failure {
  readonly sentence: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export class RecentFailures {
  /** The oldest first. */
  readonly #byDomain = new Map<string, Failure>();

  get byDomain(): ReadonlyMap<string, Failure> {
    return this.#byDomain;
  }

  add(domain: string, failure: Failure): void {
    this.#byDomain.delete(domain);
    this.#byDomain.set(domain, failure);
    if (this.#byDomain.size <= MAX_DOMAINS) return;
    const [oldest] = this.#byDomain.keys();
    if (oldest !== undefined) this.#byDomain.delete(oldest);
  }
}

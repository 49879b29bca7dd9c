/** Who sent what to whom, what the server answered for, and what arrived: the judge of a crash test. */

export interface Numbered {
  readonly from: string;
  readonly to: string;
  /** Grows with each message of a sender. */
  readonly number: number;
}

/** What the server did wrong; all lists are empty when it did nothing wrong. */
export interface Verdict {
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  readonly disordered: readonly string[];
  readonly unsent: readonly string[];
}

const name = ({ from, to, number }: Numbered) => `${from} to ${to}: ${number}`;

export class Ledger {
  readonly #sent = new Set<string>();
  readonly #acknowledged = new Set<string>();
  readonly #sentAgain = new Set<string>();
  readonly #arrived = new Set<string>();
  /** Those that arrived in the session that a receiver has now. */
  readonly #inSession = new Map<string, Set<string>>();
  readonly #doubled: string[] = [];
  readonly #disordered: string[] = [];
  readonly #lastFrom = new Map<string, number>();
  #watchers: (() => void)[] = [];

  get acknowledgedCount(): number {
    return this.#acknowledged.size;
  }

  sends(message: Numbered): void {
    this.#sent.add(name(message));
  }

  acknowledges(message: Numbered): void {
    this.#acknowledged.add(name(message));
    this.#changed();
  }

  /**
   * The sender has resumed, was told that the server had not handled the message, and sent it a second time, as
   * XEP-0198 section 5 has it. The server answered for it once at most, so that it may arrive twice.
   */
  sendsAgain(message: Numbered): void {
    this.#sentAgain.add(name(message));
  }

  /** How many of those did arrive twice. */
  repeated = 0;

  /**
   * A receiver has a new session: what it got in the one before may come again, since the server cannot know that it
   * had come.
   */
  loses(receiver: string): void {
    this.#inSession.delete(receiver);
  }

  arrives(message: Numbered): void {
    const key = name(message);
    const session = this.#inSession.get(message.to) ?? new Set();
    this.#inSession.set(message.to, session);
    if (session.has(key) && this.#sentAgain.has(key)) this.repeated++;
    else if (session.has(key)) this.#doubled.push(key);
    session.add(key);
    if (!this.#arrived.has(key)) this.#keepOrder(message);
    this.#arrived.add(key);
    this.#changed();
  }

  /** Resolves once `isSo`, looked at after each change. */
  async until(isSo: () => boolean, limitMs: number): Promise<boolean> {
    const deadline = performance.now() + limitMs;
    while (!isSo()) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#watchers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return true;
  }

  get missing(): readonly string[] {
    return [...this.#acknowledged].filter((key) => !this.#arrived.has(key));
  }

  verdict(): Verdict {
    return {
      missing: this.missing,
      doubled: this.#doubled,
      disordered: this.#disordered,
      unsent: [...this.#arrived].filter((key) => !this.#sent.has(key)),
    };
  }

  #keepOrder({ from, to, number }: Numbered): void {
    const pair = `${from} ${to}`;
    const last = this.#lastFrom.get(pair) ?? 0;
    if (number < last) this.#disordered.push(`${from} to ${to}: ${number} after ${last}`);
    this.#lastFrom.set(pair, Math.max(last, number));
  }

  #changed(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}

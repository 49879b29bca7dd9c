/**
 * Slows the guessing of passwords without locking anybody out.
 *
 * Three counts, because each alone can be walked around or turned against somebody:
 * - per account and address: somebody guessing one password from one place. Waits in turn, up to 30 seconds apart.
 * - per address: somebody trying one password on many accounts. The same, after more free failures, since a whole office
 *   may share an address.
 * - per account: somebody guessing from many addresses. At most two seconds, and never a queue: the owner, who comes from
 *   an address of his own, gets in all the same.
 *
 * SECURITY: a success clears only the count of its own account and address. Did it clear the address's, whoever has an
 * account here could sign in to it after every few guesses at the others'. Did it clear the account's, each reconnection of
 * the owner's phone would give those who guess from elsewhere a fresh start.
 *
 * An account that has signed in from an address is known there, and then only the count of the two together matters, so
 * that neither a guessing neighbour behind the same address nor one from elsewhere slows down the owner's own devices. That
 * gains a guesser nothing: he is known only with accounts whose password he has, and failing too often ends it.
 */
import { addressPrefix } from './address-prefix.ts';
import { FailureCounts } from './failure-counts.ts';

/** The longest wait that is given out; a longer one means that too many are waiting already. */
export const MAX_SIGN_IN_DELAY_MS = 30_000;

/** A wrong password stored in a phone is tried a few times within seconds. */
const FREE_PER_PAIR = 5;
const FREE_PER_ADDRESS = 20;
const FREE_PER_ACCOUNT = 30;
const MAX_ACCOUNT_DELAY_MS = 2_000;
const MAX_KNOWN = 10_000;

export class SignInAttempts {
  readonly #now: () => number;
  readonly #perPair = new FailureCounts({
    free: FREE_PER_PAIR,
    firstDelayMs: 1_000,
    maxDelayMs: MAX_SIGN_IN_DELAY_MS,
  });
  readonly #perAddress = new FailureCounts({
    free: FREE_PER_ADDRESS,
    firstDelayMs: 1_000,
    maxDelayMs: MAX_SIGN_IN_DELAY_MS,
  });
  readonly #perAccount = new FailureCounts({
    free: FREE_PER_ACCOUNT,
    firstDelayMs: 250,
    maxDelayMs: MAX_ACCOUNT_DELAY_MS,
  });
  /** Pairs that have signed in, in the order of the latest time. */
  readonly #known = new Set<string>();

  /** `now` in milliseconds; a clock that is never set back is best. */
  constructor({ now }: { now: () => number }) {
    this.#now = now;
  }

  /**
   * How long this attempt must wait before anybody hears how it ended. Ask once per attempt and wait so long; attempts that
   * arrive together get turns one after the other. A result above MAX_SIGN_IN_DELAY_MS is no turn: refuse at once with
   * `temporary-auth-failure` (RFC 6120 section 6.5.10), be the proof right or wrong.
   */
  delayMs(localpart: string, address: string): number {
    const now = this.#now();
    const prefix = addressPrefix(address);
    const pair = pairKey(localpart, prefix);
    const isKnown = this.#known.has(pair);
    const turn = Math.max(
      this.#perPair.untilTurnMs(pair, now),
      isKnown ? 0 : this.#perAddress.untilTurnMs(prefix, now),
    );
    // Those who are refused take no turn, or a flood of them would push everybody's turn out of reach.
    if (turn > MAX_SIGN_IN_DELAY_MS) return turn;
    this.#perPair.takeTurn(pair, now, now + turn);
    if (isKnown) return turn;
    this.#perAddress.takeTurn(prefix, now, now + turn);
    return Math.max(turn, this.#perAccount.delayMs(localpart, now));
  }

  /** The proof was wrong, or there is no such account: both count alike, or the delays would tell which. */
  failed(localpart: string, address: string): void {
    const now = this.#now();
    const prefix = addressPrefix(address);
    const pair = pairKey(localpart, prefix);
    this.#perPair.add(pair, now);
    this.#perAddress.add(prefix, now);
    this.#perAccount.add(localpart, now);
    if (this.#perPair.delayMs(pair, now) > 0) this.#known.delete(pair);
  }

  succeeded(localpart: string, address: string): void {
    const pair = pairKey(localpart, addressPrefix(address));
    this.#perPair.forget(pair);
    this.#known.delete(pair);
    this.#known.add(pair);
    const [oldest] = this.#known;
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** An address holds no space. */
function pairKey(localpart: string, prefix: string): string {
  return `${prefix} ${localpart}`;
}

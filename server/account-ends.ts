/** Accounts whose time is over vanish: guests that expired, accounts that were deleted and not restored, and who never was let in. */
import type { Accounts } from './accounts/accounts.ts';
import type { Clock, Timer } from './clock/clock.ts';
import type { Logger } from './log/log.ts';

/** So much later at most does a session end; nobody can sign in from the very moment on. */
const SWEEP_MS = 30_000;

export class AccountEnds {
  readonly #accounts: Accounts;
  readonly #log: Logger;
  readonly #timer: Timer;
  #isSweeping = false;

  /** Begins with those whose time ended while the server was off. */
  constructor({ accounts, clock, log }: { accounts: Accounts; clock: Clock; log: Logger }) {
    this.#accounts = accounts;
    this.#log = log;
    this.#timer = clock.every(SWEEP_MS, () => void this.#sweep());
    void this.#sweep();
  }

  stop(): void {
    this.#timer.cancel();
  }

  async #sweep(): Promise<void> {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    try {
      for (const { localpart, status } of this.#accounts.statuses.over()) {
        if (await this.#accounts.statuses.removeIfOver(localpart)) {
          this.#log.info({ account: localpart, was: status }, 'account vanished: its time was over');
        }
      }
    } catch (error) {
      this.#log.error({ err: error }, 'an account whose time is over could not be removed');
    } finally {
      this.#isSweeping = false;
    }
  }
}

/** Who wants to know what happened to accounts. */
import type { Logger } from '../log/log.ts';
import type { Account } from './account.ts';

/** Each comes after the change is on disk and visible in `Accounts`. */
export type AccountEvent =
  | 'created'
  | 'removed'
  /** Switched off, or deleted and still to be restored. */
  | 'disabled'
  | 'enabled'
  | 'restored'
  | 'expiryChanged'
  | 'passwordChanged'
  | 'roleChanged';

/** `byResource` comes with `passwordChanged`: the session in which the owner did it himself; undefined for anybody else. */
export type AccountListener = (account: Account, byResource?: string) => void;

export class AccountEvents {
  readonly #log: Logger;
  readonly #listeners = new Map<AccountEvent, Set<AccountListener>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Calls `listener` from now on, until the function that is returned is called. */
  on(event: AccountEvent, listener: AccountListener): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  /** A listener that throws keeps neither the others from hearing nor the change from having happened. */
  emit(event: AccountEvent, account: Account, byResource?: string): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        listener(account, byResource);
      } catch (error) {
        this.#log.error({ event, account: account.localpart, err: error }, 'account listener failed');
      }
    }
  }
}

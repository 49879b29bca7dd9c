/** Accounts switched off and on, let in, given an end, deleted and restored. */
import type { Reader } from '../store/reader.ts';
import type { Change, Writer } from '../store/writer.ts';
import type { Account, AccountStatus } from './account.ts';
import { AccountError } from './account-error.ts';
import type { AccountEvent } from './account-events.ts';
import * as store from './store.ts';

const DAY_MS = 86_400_000;
/** Whoever is not let in within that time is not going to be; and a queue that strangers filled empties itself. */
export const PENDING_DAYS = 30;

export interface AccountStatusesOptions {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly now: () => number;
  readonly deletionGraceDays: () => number;
  readonly all: () => Iterable<Account>;
  readonly get: (localpart: string) => Account | undefined;
  /** @throws AccountError with `not-found` */
  readonly find: (localpart: string) => Account;
  /** @throws AccountError with `last-admin` when without this account nobody could administer the server for good */
  readonly refuseLastAdmin: (account: Account) => void;
  /** What is on disk is known from now on, and told. */
  readonly changed: (account: Account, event: AccountEvent) => void;
  readonly remove: (account: Account) => Promise<void>;
  /** Runs a change when those before it are done. */
  readonly inTurn: <T>(change: () => Promise<T>) => Promise<T>;
}

/** A change resolves once it is on disk, or rejects with an AccountError. */
export class AccountStatuses {
  readonly #options: AccountStatusesOptions;

  constructor(options: AccountStatusesOptions) {
    this.#options = options;
  }

  /** How many wait to be let in. */
  countPending(): number {
    let count = 0;
    for (const { status } of this.#options.all()) if (status === 'pending') count++;
    return count;
  }

  /** Those whose time is over. */
  over(): Account[] {
    return [...this.#options.all()].filter((account) => this.isOver(account));
  }

  isOver({ status, createdAt, expiresAt, vanishesAt }: Account): boolean {
    const now = this.#options.now();
    if (status === 'deleted') return vanishesAt !== undefined && vanishesAt <= now;
    if (status === 'pending' && createdAt + PENDING_DAYS * DAY_MS <= now) return true;
    return expiresAt !== undefined && expiresAt <= now;
  }

  /** False when it was given more time meanwhile. */
  removeIfOver(localpart: string): Promise<boolean> {
    const { inTurn, get, remove } = this.#options;
    return inTurn(async () => {
      const account = get(localpart);
      if (account === undefined || !this.isOver(account)) return false;
      await remove(account);
      return true;
    });
  }

  /** Nobody can sign in to it until it is enabled; nothing is lost. Errors: `not-found`, `last-admin`, `conflict`. */
  disable(localpart: string): Promise<void> {
    return this.#change(localpart, (account) => {
      this.#refuseUnsettled(account);
      if (account.status === 'disabled') return undefined;
      this.#options.refuseLastAdmin(account);
      return { status: 'disabled', event: 'disabled', change: store.updateStatus(localpart, 'disabled') };
    });
  }

  /** Errors: `not-found`, `conflict`. */
  enable(localpart: string): Promise<void> {
    return this.#change(localpart, (account) => {
      this.#refuseUnsettled(account);
      if (account.status === 'enabled') return undefined;
      return { status: 'enabled', event: 'enabled', change: store.updateStatus(localpart, 'enabled') };
    });
  }

  /** Lets somebody in who waits. Errors: `not-found`, `conflict`. */
  approve(localpart: string): Promise<void> {
    return this.#change(localpart, (account) => {
      this.#expect(account, 'pending', 'does not wait to be let in');
      return { status: 'enabled', event: 'enabled', change: store.letIn(localpart) };
    });
  }

  /** Sends somebody away who waits: the account vanishes. Errors: `not-found`, `conflict`. */
  refuse(localpart: string): Promise<void> {
    const { inTurn, find, remove } = this.#options;
    return inTurn(async () => {
      const account = find(localpart);
      this.#expect(account, 'pending', 'does not wait to be let in');
      await remove(account);
    });
  }

  /**
   * Deletes an account, which can be restored for as long as the setting says; at once when it says 0, and when nobody
   * has been let in to it. Errors: `not-found`, `last-admin`, `conflict`.
   */
  delete(localpart: string): Promise<void> {
    const { inTurn, find, remove, refuseLastAdmin, now, writer, changed } = this.#options;
    return inTurn(async () => {
      const account = find(localpart);
      if (account.status === 'deleted') throw new AccountError('conflict', `"${localpart}" is deleted already.`);
      refuseLastAdmin(account);
      const days = this.#options.deletionGraceDays();
      if (days === 0 || account.status === 'pending') return await remove(account);
      const vanishesAt = now() + days * DAY_MS;
      await writer.write([store.updateVanishing(localpart, vanishesAt)]);
      changed({ ...account, status: 'deleted', isEnabled: false, vanishesAt }, 'disabled');
    });
  }

  /**
   * Takes a deletion back; an account that was switched off before is so again, and a guest's that ended meanwhile is to
   * last. Errors: `not-found`, `conflict`.
   */
  restore(localpart: string): Promise<void> {
    const { inTurn, find, reader, writer, now, changed } = this.#options;
    return inTurn(async () => {
      const account = find(localpart);
      this.#expect(account, 'deleted', 'is not deleted');
      const status = store.readStatus(reader, localpart) ?? 'enabled';
      const { expiresAt } = account;
      const isPast = expiresAt !== undefined && expiresAt <= now();
      const lasting = isPast ? [store.updateExpiry(localpart, null)] : [];
      await writer.write([store.updateVanishing(localpart, null), ...lasting]);
      const restored: Account = { ...account, status, isEnabled: status === 'enabled', vanishesAt: undefined };
      changed(isPast ? { ...restored, expiresAt: undefined } : restored, 'restored');
    });
  }

  /** When the account ends, in milliseconds since 1970; undefined for never. Errors: `not-found`, `last-admin`, `conflict`. */
  setExpiry(localpart: string, expiresAt: number | undefined): Promise<void> {
    const { inTurn, find, writer, now, changed, refuseLastAdmin } = this.#options;
    return inTurn(async () => {
      const account = find(localpart);
      if (account.expiresAt === expiresAt) return;
      if (expiresAt !== undefined) {
        if (expiresAt <= now()) throw new AccountError('invalid-time', 'An account can only end at a time to come.');
        refuseLastAdmin(account);
      }
      await writer.write([store.updateExpiry(localpart, expiresAt ?? null)]);
      changed({ ...account, expiresAt }, 'expiryChanged');
    });
  }

  /** `next` says what becomes of the account; undefined for what is so already. */
  #change(localpart: string, next: (account: Account) => NextStatus | undefined): Promise<void> {
    const { inTurn, find, writer, changed } = this.#options;
    return inTurn(async () => {
      const account = find(localpart);
      const to = next(account);
      if (to === undefined) return;
      await writer.write([to.change]);
      changed({ ...account, status: to.status, isEnabled: to.status === 'enabled' }, to.event);
    });
  }

  /** What waits or is deleted has to be settled first. */
  #refuseUnsettled({ localpart, status }: Account): void {
    if (status === 'pending') throw new AccountError('conflict', `"${localpart}" waits to be let in.`);
    if (status === 'deleted') throw new AccountError('conflict', `"${localpart}" is deleted. Restore it first.`);
  }

  #expect({ localpart, status }: Account, wanted: AccountStatus, otherwise: string): void {
    if (status !== wanted) throw new AccountError('conflict', `"${localpart}" ${otherwise}.`);
  }
}

interface NextStatus {
  readonly status: 'enabled' | 'disabled';
  readonly event: AccountEvent;
  readonly change: Change;
}

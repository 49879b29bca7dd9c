/** Accounts: who may sign in here. All of them are held in memory; every change is on disk before it is told. */
import type { Change } from '../store/writer.ts';
import type { Account } from './account.ts';
import { AccountError } from './account-error.ts';
import { type AccountEvent, AccountEvents, type AccountListener } from './account-events.ts';
import { CredentialUpgrade, findOutdated } from './credential-upgrade.ts';
import * as scram from './credentials.ts';
import { CustomRoles } from './custom-roles.ts';
import { AccountNames } from './names.ts';
import type { AccountsOptions, NewAccount } from './new-account.ts';
import { findPasswordFault } from './passwords.ts';
import { AccountStatuses } from './statuses.ts';
import * as store from './store.ts';

export type { Account } from './account.ts';
export type { AccountsOptions, NewAccount } from './new-account.ts';

/** The row that holds the secret behind decoys; 256 bits, as long as the HMAC's security. */
const DECOY_SECRET = 'decoy-secret';
const DECOY_SECRET_BYTES = 32;
/** Any would do; the one that is cheapest to compute without being SHA-1. */
const PLAIN_MECHANISM = 'SCRAM-SHA-256';

/** Reading is synchronous. A change resolves once it is on disk, or rejects with an AccountError (StoreError: the disk). */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #decoySecret: Uint8Array;
  readonly #accounts = new Map<string, Account>();
  readonly #events: AccountEvents;
  readonly #names = new AccountNames((localpart) => this.has(localpart));
  readonly roles: CustomRoles;
  readonly statuses: AccountStatuses;
  /** Changes run one after the other, so that each checks what the one before has left: one name, one last admin. */
  #changes: Promise<unknown> = Promise.resolve();

  /** Reads all accounts, and draws the installation's secret at the first start. */
  static async load(options: AccountsOptions): Promise<Accounts> {
    const { reader, writer } = options;
    let secret = store.readInstallationValue(reader, DECOY_SECRET);
    if (secret === undefined) {
      secret = options.randomBytes(DECOY_SECRET_BYTES);
      await writer.write([store.insertInstallationValue(DECOY_SECRET, secret)]);
    }
    return new Accounts(options, secret);
  }

  private constructor(options: AccountsOptions, decoySecret: Uint8Array) {
    this.#options = options;
    this.#decoySecret = decoySecret;
    this.#events = new AccountEvents(options.log);
    this.roles = new CustomRoles({
      reader: options.reader,
      writer: options.writer,
      holders: (name) => this.#all().filter(({ role }) => role === name).length,
      inTurn: (change) => this.#inTurn(change),
    });
    this.statuses = new AccountStatuses({
      reader: options.reader,
      writer: options.writer,
      now: options.now,
      deletionGraceDays: () => options.deletionGraceDays ?? 0,
      all: () => this.#accounts.values(),
      get: (localpart) => this.get(localpart),
      find: (localpart) => this.#find(localpart),
      refuseLastAdmin: (account) => this.#refuseLastAdmin(account),
      changed: (account, event) => void this.#changed(account, event),
      remove: (account) => this.#removeNow(account),
      inTurn: (change) => this.#inTurn(change),
    });
    for (const row of store.readAccounts(options.reader)) this.#learn(store.accountOf(row));
  }

  /** `localpart` is prepared, here and below, but for `create`. */
  has(localpart: string): boolean {
    return this.#accounts.has(localpart);
  }

  /** False where there is nobody for others: no account, one that is deleted, or one that was not let in yet. */
  isThere(localpart: string): boolean {
    const status = this.#accounts.get(localpart)?.status;
    return status === 'enabled' || status === 'disabled';
  }

  get(localpart: string): Account | undefined {
    return this.#accounts.get(localpart);
  }

  /** All accounts by name, without guests. */
  list(): Account[] {
    return this.#all().filter(({ isGuest }) => !isGuest);
  }

  guests(): Account[] {
    return this.#all().filter(({ isGuest }) => isGuest);
  }

  on(event: AccountEvent, listener: AccountListener): () => void {
    return this.#events.on(event, listener);
  }

  /** The keys of an account, disabled or not: that it is disabled may be told only to those who know its password. */
  credentials(localpart: string, mechanism: scram.ScramMechanism): scram.StoredCredential | undefined {
    return store.readCredential(this.#options.reader, localpart, mechanism);
  }

  /** All keys of an account: for every mechanism, unless it was brought here with keys for some of them alone. */
  allCredentials(localpart: string): readonly scram.StoredCredential[] {
    return store.readCredentials(this.#options.reader, localpart);
  }

  /** The mechanisms for which keys are missing, or were made with fewer iterations than new ones are. */
  outdatedMechanisms(localpart: string): readonly scram.ScramMechanism[] {
    if (this.get(localpart)?.isGuest !== false) return [];
    return findOutdated(this.allCredentials(localpart), this.#options.iterations);
  }

  /** New keys for one mechanism of an account, computed by somebody who knows its password. */
  beginUpgrade(localpart: string, mechanism: scram.ScramMechanism): CredentialUpgrade {
    const { iterations, randomBytes, writer } = this.#options;
    return new CredentialUpgrade({
      mechanism,
      before: this.allCredentials(localpart),
      iterations,
      randomBytes,
      replace: (credential, isStillDue) =>
        this.#inTurn(async () => {
          if (!this.has(localpart) || !isStillDue(this.allCredentials(localpart))) return false;
          await writer.write([store.upsertCredential(localpart, credential)]);
          return true;
        }),
    });
  }

  /** What to challenge with when `credentials` has none, so that nobody learns which names exist. */
  decoy(localpart: string, mechanism: scram.ScramMechanism): scram.StoredCredential {
    return scram.decoyCredential(localpart, mechanism, {
      secret: this.#decoySecret,
      iterations: this.#options.iterations,
    });
  }

  /** For PLAIN: whether this is the account's password. Takes as long when there is no such account. */
  checkPassword(localpart: string, password: string): Promise<boolean> {
    const credential =
      this.credentials(localpart, PLAIN_MECHANISM) ??
      this.allCredentials(localpart)[0] ??
      this.decoy(localpart, PLAIN_MECHANISM);
    return scram.checkPassword(credential, password);
  }

  /**
   * `along` is stored together with the account, or neither is: a StoreError with the code `rejected` says so. Errors:
   * `invalid-name`, `conflict`, `weak-password`, `invalid-time`, `not-found` for the role.
   */
  create(wanted: NewAccount, along: readonly Change[] = []): Promise<Account> {
    return this.#inTurn(async () => {
      const { role, expiresAt, approval } = wanted;
      const localpart = this.#names.prepareNew(wanted.localpart);
      this.#refuseUnknownRole(role);
      if (expiresAt !== undefined && expiresAt <= this.#options.now()) {
        throw new AccountError('invalid-time', 'An account can only end at a time to come.');
      }
      if (approval !== undefined && this.statuses.countPending() >= approval.maxWaiting) {
        throw new AccountError('conflict', 'Too many people wait to be let in already. Try again on another day.');
      }
      const credentials = await this.#makeCredentials(localpart, wanted.password);
      const status = approval === undefined ? 'enabled' : 'pending';
      return await this.#insert({ localpart, role, status, isGuest: false, expiresAt }, [...credentials, ...along]);
    });
  }

  /** Why no account of this name, which is prepared, can be made; undefined when one can. */
  nameFault(localpart: string): AccountError | undefined {
    return this.#names.faultOf(localpart);
  }

  /** An account that nobody can sign in to again (XEP-0175). `localpart` is prepared. Errors: `conflict`. */
  createGuest(localpart: string): Promise<Account> {
    return this.#inTurn(async () => {
      if (this.has(localpart)) throw new AccountError('conflict', `The name "${localpart}" is taken.`);
      return await this.#insert({ localpart, role: 'limited', status: 'enabled', isGuest: true }, []);
    });
  }

  /**
   * `byResource` names the session in which the owner changes it himself: what else is signed in has to do so again, and
   * so has everything when somebody else sets the password. `along` as with `create`. Errors: `not-found`,
   * `weak-password`.
   */
  setPassword(localpart: string, password: string, byResource?: string, along: readonly Change[] = []): Promise<void> {
    return this.#inTurn(async () => {
      const account = this.#find(localpart);
      const credentials = await this.#makeCredentials(localpart, password);
      await this.#options.writer.write([...credentials, store.raisePasswordVersion(localpart), ...along]);
      this.#events.emit('passwordChanged', account, byResource);
    });
  }

  /**
   * How many passwords the account has had: what was given for one of them is worth nothing once there is another one, and
   * that holds from the same commit on. Undefined when nobody has a password for it.
   */
  passwordVersion(localpart: string): number | undefined {
    return store.readPasswordVersion(this.#options.reader, localpart);
  }

  /** Errors: `not-found`, `last-admin`. */
  setRole(localpart: string, role: string): Promise<void> {
    return this.#inTurn(async () => {
      const account = this.#find(localpart);
      this.#refuseUnknownRole(role);
      if (account.role === role) return;
      if (role !== 'admin') this.#refuseLastAdmin(account);
      await this.#options.writer.write([store.updateRole(localpart, role)]);
      this.#changed({ ...account, role }, 'roleChanged');
    });
  }

  /** As `AccountStatuses` does it, here and below. */
  disable(localpart: string): Promise<void> {
    return this.statuses.disable(localpart);
  }

  enable(localpart: string): Promise<void> {
    return this.statuses.enable(localpart);
  }

  /** Removes the account and all its rows at once, for good; rooms that keep more listen for `removed`. Errors: `not-found`, `last-admin`. */
  remove(localpart: string): Promise<void> {
    return this.#inTurn(async () => {
      const account = this.#accounts.get(localpart) ?? this.#find(localpart);
      this.#refuseLastAdmin(account);
      await this.#removeNow(account);
    });
  }

  async #removeNow(account: Account): Promise<void> {
    const { localpart, isGuest } = account;
    await this.#options.writer.write([store.deleteAccount(localpart)]);
    this.#accounts.delete(localpart);
    if (!isGuest) this.#names.delete(localpart);
    this.#events.emit('removed', account);
  }

  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.#changes.then(change);
    this.#changes = result.catch(() => undefined);
    return result;
  }

  async #insert(
    wanted: Pick<Account, 'localpart' | 'role' | 'status' | 'isGuest' | 'expiresAt'>,
    further: readonly Change[],
  ): Promise<Account> {
    const account = { ...wanted, isEnabled: wanted.status === 'enabled', createdAt: this.#options.now() };
    const row = store.insertAccount({
      ...account,
      isGuest: wanted.isGuest ? 1 : 0,
      expiresAt: wanted.expiresAt ?? null,
      isPending: wanted.status === 'pending' ? 1 : 0,
    });
    await this.#options.writer.write([row, ...further]);
    this.#learn(account);
    return this.#changed(account, 'created');
  }

  #learn(account: Account): void {
    this.#accounts.set(account.localpart, account);
    if (!account.isGuest) this.#names.add(account.localpart);
  }

  #changed(account: Account, event: AccountEvent): Account {
    this.#accounts.set(account.localpart, account);
    this.#events.emit(event, account);
    return account;
  }

  async #makeCredentials(localpart: string, password: string): Promise<Change[]> {
    const { domain, minPasswordLength, iterations, randomBytes } = this.#options;
    const fault = findPasswordFault(password, { localpart, domain, minLength: minPasswordLength });
    if (fault !== undefined) throw new AccountError('weak-password', fault);
    const credentials = await scram.createCredentials(password, { iterations, randomBytes });
    return scram.SCRAM_MECHANISMS.map((mechanism) => store.upsertCredential(localpart, credentials[mechanism]));
  }

  #all(): Account[] {
    return [...this.#accounts.values()].sort((a, b) => (a.localpart < b.localpart ? -1 : 1));
  }

  /** Guests are out of everybody's hands but for their removal. */
  #find(localpart: string): Account {
    const account = this.#accounts.get(localpart);
    if (account === undefined || account.isGuest)
      throw new AccountError('not-found', `There is no account "${localpart}".`);
    return account;
  }

  #refuseUnknownRole(role: string): void {
    if (!this.roles.has(role)) throw new AccountError('not-found', `There is no role "${role}".`);
  }

  #refuseLastAdmin(account: Account): void {
    const isActive = ({ role, isEnabled, expiresAt }: Account) =>
      role === 'admin' && isEnabled && expiresAt === undefined;
    if (!isActive(account) || this.list().filter(isActive).length > 1) return;
    throw new AccountError('last-admin', `"${account.localpart}" is the last administrator.`);
  }
}

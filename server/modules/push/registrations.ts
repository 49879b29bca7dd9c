/** The push registrations of all accounts: known in memory, so that a message that wakes nobody costs one look, and written through. */
import { StanzaError } from '../../stanza/error.ts';
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import { parseXml } from '../../xml/parse.ts';
import { type Registration, readRegistration } from './registration.ts';
import { putRegistration, readRegistrations, removeRegistration, removeRegistrationsOf } from './store.ts';

const NONE: readonly Registration[] = [];

export interface RegistrationsOptions {
  readonly reader: Reader;
  readonly writer: Writer;
  /** How many one account may have. */
  readonly maxPerAccount: () => number;
}

export class Registrations {
  readonly #options: RegistrationsOptions;
  /** Those of an account in the order in which they were renewed. */
  readonly #byAccount = new Map<string, readonly Registration[]>();

  constructor(options: RegistrationsOptions) {
    this.#options = options;
    for (const row of readRegistrations(options.reader)) {
      const { account, resource, renewedAtMs: atMs } = row;
      const registration = readRegistration(parseXml(row.request), { account, resource, atMs });
      if (!(registration instanceof StanzaError)) this.#put(account, [...this.of(account), registration]);
    }
  }

  /** Those of an account. */
  of(account: string): readonly Registration[] {
    return this.#byAccount.get(account) ?? NONE;
  }

  *all(): IterableIterator<Registration> {
    for (const registrations of this.#byAccount.values()) yield* registrations;
  }

  isCurrent(registration: Registration): boolean {
    return this.of(registration.account).includes(registration);
  }

  /**
   * XEP-0357 section 5: the last request counts. Phones that were reset leave a node behind each time, so the one that was
   * not renewed for longest makes room. Resolves when it is on disk.
   */
  async enable(registration: Registration): Promise<void> {
    const { account, service, node, resource, renewedAtMs, request } = registration;
    const before = this.of(account);
    const others = before.filter((other) => !isSame(other, registration));
    const kept = others.slice(Math.max(0, others.length + 1 - this.#options.maxPerAccount()));
    const changes = others.filter((other) => !kept.includes(other)).map(removal);
    this.#put(account, [...kept, registration]);
    const row = { account, service: service.full, node, resource, renewedAtMs, request: request.toXml() };
    try {
      await this.#options.writer.write([...changes, putRegistration(row)]);
    } catch (error) {
      if (this.isCurrent(registration)) this.#put(account, before);
      throw error;
    }
  }

  /** Section 6: one node, or all of a service when none is named. Resolves when it is on disk. */
  async disable(account: string, service: string, node: string | undefined): Promise<void> {
    await this.#remove(
      account,
      (other) => other.service.full === service && (node === undefined || other.node === node),
    );
  }

  /** The service does not want it any more. */
  remove(registration: Registration): void {
    this.#remove(registration.account, (other) => other === registration).catch(() => undefined); // the store has said why
  }

  /** Everything of an account. */
  clear(account: string): void {
    this.#byAccount.delete(account);
    this.#options.writer.write([removeRegistrationsOf(account)]).catch(() => undefined); // the store has said why
  }

  async #remove(account: string, isMeant: (registration: Registration) => boolean): Promise<void> {
    const removed = this.of(account).filter(isMeant);
    if (removed.length === 0) return;
    this.#put(
      account,
      this.of(account).filter((other) => !removed.includes(other)),
    );
    await this.#options.writer.write(removed.map(removal));
  }

  #put(account: string, registrations: readonly Registration[]): void {
    if (registrations.length === 0) this.#byAccount.delete(account);
    else this.#byAccount.set(account, registrations);
  }
}

function isSame(a: Registration, b: Registration): boolean {
  return a.service.full === b.service.full && a.node === b.node;
}

function removal({ account, service, node }: Registration) {
  return removeRegistration(account, service.full, node);
}

/** All sessions, by account and resource. */
import type { Session } from './session.ts';

const NOBODY: ReadonlyMap<string, Session> = new Map();

export class Sessions {
  readonly #accounts = new Map<string, Map<string, Session>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** How many accounts have at least one session. */
  get accountCount(): number {
    return this.#accounts.size;
  }

  /** The sessions of an account by resource; empty when there are none. */
  of(localpart: string): ReadonlyMap<string, Session> {
    return this.#accounts.get(localpart) ?? NOBODY;
  }

  get(localpart: string, resource: string): Session | undefined {
    return this.#accounts.get(localpart)?.get(resource);
  }

  *all(): IterableIterator<Session> {
    for (const resources of this.#accounts.values()) yield* resources.values();
  }

  /** The resource must be free. */
  add(session: Session): void {
    let resources = this.#accounts.get(session.account);
    if (resources === undefined) {
      resources = new Map();
      this.#accounts.set(session.account, resources);
    }
    resources.set(session.jid.resource, session);
    this.#count++;
  }

  remove(session: Session): void {
    const resources = this.#accounts.get(session.account);
    if (resources?.get(session.jid.resource) !== session) return;
    resources.delete(session.jid.resource);
    this.#count--;
    if (resources.size === 0) this.#accounts.delete(session.account);
  }
}

/** Which devices of an account something does not reach otherwise: those that are gone, and those that do not answer. */
import type { Clock, Timer } from '../../clock/clock.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import { isWanted } from './filters.ts';
import { type Occasion, occasionOf } from './occasion.ts';
import type { Registration } from './registration.ts';
import type { Registrations } from './registrations.ts';
import type { Wakes } from './wakes.ts';
import { Watch } from './watch.ts';

/** After a start: time for phones to come back by themselves. */
const SETTLING_MS = 15_000;

export interface DevicesOptions {
  readonly clock: Clock;
  readonly domain: string;
  readonly sessions: Sessions;
  readonly registrations: Registrations;
  readonly wakes: Wakes;
  /** How long a device that seems to be there may leave a message unconfirmed. */
  readonly unconfirmedMs: () => number;
  readonly isContact: (account: string, bare: string) => boolean;
}

export class Devices {
  readonly #options: DevicesOptions;
  readonly #watch: Watch;
  #settling: Timer | undefined;

  constructor(options: DevicesOptions) {
    this.#options = options;
    this.#watch = new Watch({
      clock: options.clock,
      unconfirmedMs: options.unconfirmedMs,
      unresponsive: (session, occasions) => this.#wakeAll(session, occasions),
      responsive: (session) => this.isBack(session),
    });
  }

  /** Wakes those devices of an account that `occasion` does not reach otherwise. */
  tell(account: string, occasion: Occasion): void {
    const { sessions, registrations, wakes } = this.#options;
    for (const registration of registrations.of(account)) {
      if (occasion.resource !== undefined && occasion.resource !== registration.resource) continue;
      if (!this.#wants(registration, occasion)) continue;
      const session = sessions.get(account, registration.resource);
      if (session?.stream !== undefined) {
        if (session.outbox.unacked !== undefined) this.#watch.add(session, occasion);
      } else if (session !== undefined || !occasion.isTransient) {
        wakes.wake(registration, occasion);
      }
    }
  }

  isBack(session: Session): void {
    for (const registration of this.#registeredBy(session)) this.#options.wakes.isBack(registration);
  }

  /** The connection broke. A device that answered was here until now, so what comes counts anew. */
  lost(session: Session): void {
    if (!this.#watch.isUnresponsive(session)) this.isBack(session);
    this.#watch.lost(session);
  }

  /** What the device had not confirmed is handed back, and comes by again. */
  ended(session: Session): void {
    this.#watch.forget(session);
  }

  /** Sessions that came back with the server hold what an earlier run may not have told their devices. */
  watchRestored(): void {
    const { clock, sessions } = this.#options;
    const restored = [...sessions.all()];
    if (restored.length === 0) return;
    this.#settling = clock.after(SETTLING_MS, () => {
      for (const session of restored) this.#watchRestored(session);
    });
  }

  stop(): void {
    this.#settling?.cancel();
    this.#watch.stop();
  }

  #watchRestored(session: Session): void {
    if (session.isEnded || session.stream !== undefined || this.#registeredBy(session).length === 0) return;
    for (const { element, atMs } of session.outbox.unacked?.stanzas ?? []) {
      const occasion = occasionOf(element);
      if (occasion !== undefined) this.#watch.add(session, occasion, atMs);
    }
    this.#watch.lost(session);
  }

  #wakeAll(session: Session, occasions: readonly Occasion[]): void {
    for (const registration of this.#registeredBy(session)) {
      for (const occasion of occasions)
        if (this.#wants(registration, occasion)) this.#options.wakes.wake(registration, occasion);
    }
  }

  #registeredBy({ account, jid }: Session): readonly Registration[] {
    return this.#options.registrations.of(account).filter(({ resource }) => resource === jid.resource);
  }

  #wants({ account, filters }: Registration, occasion: Occasion): boolean {
    const { domain, isContact } = this.#options;
    return isWanted(filters, occasion, `${account}@${domain}`, (bare) => isContact(account, bare));
  }
}

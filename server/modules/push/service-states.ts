/** What is known of the push services, so that the window can say why a phone stays silent. */
import type { PushServiceState } from '../../modulehost/services.ts';
import type { Outcome } from './outcome.ts';
import type { Registrations } from './registrations.ts';

/** Services without a registration whose fate is remembered: enough to explain why there is none any more. */
const MAX_KNOWN = 100;

interface Known {
  readonly atMs: number;
  readonly outcome: Outcome | undefined;
}

export interface ServiceStatesOptions {
  readonly registrations: Registrations;
  readonly canReach: (domain: string) => boolean;
  readonly now: () => number;
}

export class ServiceStates {
  readonly #options: ServiceStatesOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: ServiceStatesOptions) {
    this.#options = options;
  }

  /** A service answered, or did not. */
  learn(service: string, outcome: Outcome): void {
    this.#remember(service, outcome);
  }

  /** Something was to be sent to a service, but nothing leaves this server for there. */
  cutOff(service: string): void {
    this.#remember(service, undefined);
  }

  /** All services that wake somebody, or of one account. */
  list(account?: string): readonly PushServiceState[] {
    const { registrations } = this.#options;
    const devices = new Map<string, { domain: string; count: number }>();
    for (const { service } of account === undefined ? registrations.all() : registrations.of(account)) {
      const known = devices.get(service.full) ?? { domain: service.domain, count: 0 };
      known.count++;
      devices.set(service.full, known);
    }
    return [...devices].map(([service, { domain, count }]) => this.#state(service, domain, count));
  }

  #state(service: string, domain: string, devices: number): PushServiceState {
    const known = this.#known.get(service);
    const outcome = known?.outcome;
    if (!this.#options.canReach(domain)) {
      return {
        service,
        devices,
        state: 'federation-off',
        explanation: `Phones are woken through ${service}, but chatting with other servers is switched off. They get their messages when their app is opened.`,
        atMs: known?.atMs,
      };
    }
    if (known === undefined || outcome === undefined) {
      return { service, devices, state: 'untried', explanation: undefined, atMs: undefined };
    }
    const { atMs } = known;
    switch (outcome.kind) {
      case 'delivered':
        return { service, devices, state: 'working', explanation: undefined, atMs };
      case 'unreachable':
        return {
          service,
          devices,
          state: 'unreachable',
          explanation: `${service} could not be reached. Waking phones needs the internet, and a name under which this server can be found.`,
          atMs,
        };
      default:
        return {
          service,
          devices,
          state: 'refused',
          explanation: `${service} did not take a notification (${outcome.condition}).`,
          atMs,
        };
    }
  }

  #remember(service: string, outcome: Outcome | undefined): void {
    this.#known.delete(service);
    this.#known.set(service, { atMs: this.#options.now(), outcome });
    if (this.#known.size <= MAX_KNOWN) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

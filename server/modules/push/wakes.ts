/**
 * Wakes devices, and not more often than helps. What a notification shows by itself is sent for each conversation; one that
 * only makes the app connect is repeated at growing intervals until the device is back, in case it got lost.
 */
import type { Clock, Timer } from '../../clock/clock.ts';
import type { Logger } from '../../log/log.ts';
import type { OwnRequests } from '../../router/own-requests.ts';
import { createDevice, type Device, forgetFirst, isRepeated, putOff, startOver } from './device.ts';
import { IV_BYTES } from './encryption.ts';
import { type Policy, publication } from './notification.ts';
import type { Occasion } from './occasion.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Registration } from './registration.ts';
import type { Registrations } from './registrations.ts';
import type { ServiceStates } from './service-states.ts';

const TICK_MS = 1_000;
/** Between notifications that show something: a burst of one person becomes one. */
const SHOWING_INTERVAL_MS = 1_000;
/** Between notifications that only wake, the first interval; each one is twice as long as the one before. */
const WAKING_INTERVAL_MS = 30_000;
/** Before what a service did not take is offered again, the first interval. */
const RETRY_INTERVAL_MS = 60_000;
const MAX_INTERVAL_MS = 15 * 60_000;
/** Refusals in a row after which a service is taken at its word. */
const MAX_REFUSALS = 10;
/** Failures in a row after which a notification is not offered again: only new ones are tried. */
const MAX_TRIES = 5;

export interface WakesOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly randomId: (bytes: number) => string;
  readonly ownRequests: Pick<OwnRequests, 'set'>;
  readonly registrations: Registrations;
  readonly states: ServiceStates;
  readonly policy: Policy;
  /** Whether something can be sent to this domain at all. */
  readonly canReach: (domain: string) => boolean;
}

export class Wakes {
  readonly #options: WakesOptions;
  readonly #devices = new WeakMap<Registration, Device>();
  /** Devices that something waits for. */
  readonly #delayed = new Set<Device>();
  #timer: Timer | undefined;

  constructor(options: WakesOptions) {
    this.#options = options;
  }

  wake(registration: Registration, occasion: Occasion): void {
    const device = this.#deviceOf(registration);
    if (isRepeated(device, occasion)) return;
    if (occasion.kind === 'subscription') device.subscriptions++;
    else if (occasion.kind !== 'call') device.messages++;
    if (occasion.kind === 'call') {
      this.#publish(device, occasion); // it rings now or never
      return;
    }
    putOff(device, occasion);
    this.#advance(device);
  }

  /** The device is here, or was a moment ago. */
  isBack(registration: Registration): void {
    const device = this.#devices.get(registration);
    if (device === undefined) return;
    this.#delayed.delete(device);
    startOver(device);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #deviceOf(registration: Registration): Device {
    let device = this.#devices.get(registration);
    if (device === undefined) {
      device = createDevice(registration);
      this.#devices.set(registration, device);
    }
    return device;
  }

  /** Sends what waits when it is time. */
  #advance(device: Device): void {
    if (device.waiting.size === 0) {
      this.#delayed.delete(device);
      return;
    }
    this.#delayed.add(device);
    this.#timer ??= this.#options.clock.every(TICK_MS, () => this.#tick());
    if (device.isUnderway || this.#options.clock.elapsedMs() < device.nextAtMs) return;
    const occasion = this.#next(device);
    if (occasion !== undefined) this.#publish(device, occasion);
  }

  #tick(): void {
    for (const device of [...this.#delayed]) {
      if (this.#options.registrations.isCurrent(device.registration)) this.#advance(device);
      else this.#delayed.delete(device);
    }
    if (this.#delayed.size === 0) this.stop();
  }

  /** The conversation that waits longest; of a device that will come and look for itself, the last one stands for all. */
  #next(device: Device): Occasion | undefined {
    const conversations = [...device.waiting.values()];
    if (!this.#isShowing(device.registration)) {
      device.waiting.clear();
      return conversations.at(-1);
    }
    forgetFirst(device.waiting);
    return conversations[0];
  }

  #publish(device: Device, occasion: Occasion): void {
    const { ownRequests, policy, randomId, clock, states } = this.#options;
    const { registration, messages, subscriptions } = device;
    const { service } = registration;
    if (this.#isCutOff(registration)) {
      states.cutOff(service.full);
      device.waiting.clear();
      this.#delayed.delete(device);
      return;
    }
    device.isUnderway = true;
    device.pushes++;
    device.nextAtMs = clock.elapsedMs() + this.#interval(device);
    const request = publication({
      registration,
      occasion,
      counts: { messages, subscriptions },
      policy,
      newIv: () => Buffer.from(randomId(IV_BYTES), 'hex'),
    });
    ownRequests.set(service, request).then((answer) => {
      device.isUnderway = false;
      // Switched off meanwhile, the answer is our own and says nothing about the service.
      this.#settle(device, outcomeOf(this.#isCutOff(registration) ? undefined : answer), occasion);
    });
  }

  #isCutOff({ service }: Registration): boolean {
    return !this.#options.canReach(service.domain);
  }

  #settle(device: Device, outcome: Outcome, occasion: Occasion): void {
    const { registrations, states, clock, log } = this.#options;
    const { registration } = device;
    states.learn(registration.service.full, outcome);
    if (!registrations.isCurrent(registration)) return;
    if (outcome.kind === 'delivered') {
      device.failures = 0;
      device.refusals = 0;
    } else {
      device.failures++;
      if (outcome.kind === 'refused') device.refusals++;
      const fields = {
        account: registration.account,
        service: registration.service.full,
        condition: outcome.condition,
      };
      if (outcome.kind === 'gone' || device.refusals >= MAX_REFUSALS) {
        log.info(fields, 'push registration removed: its service does not want it');
        registrations.remove(registration);
        this.#delayed.delete(device);
        return;
      }
      log.info(fields, 'push notification not delivered');
      device.nextAtMs = clock.elapsedMs() + doubled(RETRY_INTERVAL_MS, device.failures - 1);
      // A call that nobody took in time is over; anything newer of the same conversation says as much.
      const { bare } = occasion.from;
      const isWorthIt = occasion.kind !== 'call' && device.pushes > 0 && device.failures < MAX_TRIES;
      if (isWorthIt && !device.waiting.has(bare)) device.waiting.set(bare, occasion);
    }
    this.#advance(device);
  }

  #interval(device: Device): number {
    return this.#isShowing(device.registration) ? SHOWING_INTERVAL_MS : doubled(WAKING_INTERVAL_MS, device.pushes - 1);
  }

  /** Whether the person sees from the notification itself who wrote or what. */
  #isShowing({ encryption }: Registration): boolean {
    const { policy } = this.#options;
    return encryption !== undefined || policy.sender || policy.body === 'text';
  }
}

function doubled(firstMs: number, times: number): number {
  return Math.min(MAX_INTERVAL_MS, firstMs * 2 ** Math.min(times, 20));
}

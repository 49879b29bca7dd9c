/** The router's ports, forwarded to this computer for as long as somebody wants that, and taken back afterwards. */
import type { Clock, Timer } from '../clock/clock.ts';
import type { Logger } from '../log/log.ts';
import { type Gateway, MappingError } from './gateway.ts';

/** Two hours is what RFC 6886 section 3.3 recommends; one keeps what a crash leaves behind short. */
const LIFETIME_SECONDS = 60 * 60;
/** At half of its life (RFC 6886 section 3.3), or at least this often for a router that forgets when it restarts. */
const LONGEST_PAUSE_MS = 30 * 60 * 1000;
const RETRY_MS = 15 * 60 * 1000;
/** Not more often than this, whatever routers or those who pretend to be one announce. */
const SHORTEST_PAUSE_MS = 60 * 1000;
/** Not all computers of a network ask at the same moment (RFC 6887 section 14.1.3). */
const LONGEST_SPREAD_MS = 5_000;

export interface WantedPort {
  readonly port: number;
  /** What it is for, such as `other servers`. */
  readonly purpose: string;
}

export interface PortFact extends WantedPort {
  readonly state: 'forwarded' | 'refused';
  /** As a sentence. */
  readonly text: string;
}

export interface MappingFacts {
  readonly state: 'off' | 'working' | 'on' | 'failed';
  readonly protocol: Gateway['protocol'] | undefined;
  /** In the local network. */
  readonly router: string | undefined;
  /** On its other side. */
  readonly externalAddress: string | undefined;
  readonly ports: readonly PortFact[];
  /** Why nothing is forwarded at all, as a sentence. */
  readonly failure: string | undefined;
}

export interface PortMappingOptions {
  /** Those that shall be forwarded now. */
  readonly wanted: () => readonly WantedPort[];
  readonly find: () => Promise<Gateway | undefined>;
  /** Calls back with the address of a router that has announced something; the result ends it. */
  readonly listen?: (hear: (from: string) => void) => () => void;
  /** From 0 to 1. */
  readonly random?: () => number;
  readonly clock: Clock;
  readonly log: Logger;
}

const OFF: MappingFacts = {
  state: 'off',
  protocol: undefined,
  router: undefined,
  externalAddress: undefined,
  ports: [],
  failure: undefined,
};

export class PortMapping {
  readonly #options: PortMappingOptions;
  readonly #listeners = new Set<() => void>();
  #facts = OFF;
  #isOn = false;
  #gateway: Gateway | undefined;
  #mapped = new Set<number>();
  #timer: Timer | undefined;
  #again: Timer | undefined;
  #askedAgainMs = Number.NEGATIVE_INFINITY;
  #unlisten: (() => void) | undefined;
  #isRoundDue = false;
  /** One thing at a time. */
  #queue: Promise<void> = Promise.resolve();

  constructor(options: PortMappingOptions) {
    this.#options = options;
  }

  get facts(): MappingFacts {
    return this.#facts;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the router has answered, or has not. Never rejects. */
  turnOn(): Promise<void> {
    this.#isOn = true;
    this.#unlisten ??= this.#options.listen?.((from) => this.routerChanged(from));
    return this.refresh();
  }

  /** Takes back what was forwarded. Never rejects. */
  turnOff(): Promise<void> {
    this.#isOn = false;
    this.#timer?.cancel();
    this.#again?.cancel();
    this.#again = undefined;
    this.#unlisten?.();
    this.#unlisten = undefined;
    return this.#enqueue(async () => {
      await this.#takeBack([...this.#mapped]);
      this.#gateway = undefined;
      this.#tell(OFF);
    });
  }

  /** Asks again: for another network, other ports, or because it is time. */
  refresh(): Promise<void> {
    // A network that comes and goes must not make a queue of questions: one that has not begun asks all of them.
    if (this.#isRoundDue) return this.#queue;
    this.#isRoundDue = true;
    return this.#enqueue(async () => {
      this.#isRoundDue = false;
      if (this.#isOn) await this.#round();
    });
  }

  /** The router at this address has restarted, or has another address: everything is asked for again, soon. */
  routerChanged(address: string): void {
    const { clock, random = Math.random } = this.#options;
    if (!this.#isOn || this.#again !== undefined || address !== this.#gateway?.address) return;
    const restMs = this.#askedAgainMs + SHORTEST_PAUSE_MS - clock.elapsedMs();
    this.#again = clock.after(Math.max(restMs, random() * LONGEST_SPREAD_MS), () => {
      this.#again = undefined;
      this.#askedAgainMs = clock.elapsedMs();
      void this.refresh();
    });
  }

  /** Forwards one more port for a moment; the result takes it back. @throws MappingError */
  async lend(externalPort: number, internalPort: number): Promise<() => Promise<void>> {
    const gateway = this.#gateway;
    if (!this.#isOn || gateway === undefined) throw new MappingError('silent', 'No router is asked to forward ports.');
    await gateway.map({ internalPort, externalPort, lifetimeSeconds: LIFETIME_SECONDS });
    return () => gateway.unmap({ internalPort, externalPort });
  }

  async #round(): Promise<void> {
    const { clock, log } = this.#options;
    this.#timer?.cancel();
    this.#tell({ ...this.#facts, state: 'working' });
    let pauseMs = RETRY_MS;
    try {
      pauseMs = await this.#forwardAll();
    } catch (error) {
      if (!(error instanceof MappingError)) log.error({ err: error }, 'ports not forwarded');
      this.#gateway = undefined;
      const text = error instanceof MappingError ? error.message : 'Something unexpected happened; the log says more.';
      this.#tell({ ...OFF, state: 'failed', failure: text });
    }
    if (this.#isOn) this.#timer = clock.after(pauseMs, () => void this.refresh());
  }

  /** Gives how long it may rest. */
  async #forwardAll(): Promise<number> {
    const gateway = await this.#options.find();
    if (gateway === undefined)
      throw new MappingError(
        'silent',
        'No router answered. Forward the ports by hand in its settings, or switch UPnP, NAT-PMP or PCP on there.',
      );
    this.#gateway = gateway;
    const wanted = this.#options.wanted();
    await this.#takeBack([...this.#mapped].filter((port) => !wanted.some((one) => one.port === port)));
    let shortest = LONGEST_PAUSE_MS;
    const ports: PortFact[] = [];
    for (const one of wanted) {
      try {
        const { lifetimeSeconds } = await gateway.map({
          internalPort: one.port,
          externalPort: one.port,
          lifetimeSeconds: LIFETIME_SECONDS,
        });
        this.#mapped.add(one.port);
        shortest = Math.min(shortest, (lifetimeSeconds / 2) * 1000);
        ports.push({ ...one, state: 'forwarded', text: `The router forwards port ${one.port} to this computer.` });
      } catch (error) {
        if (!(error instanceof MappingError)) throw error;
        shortest = Math.min(shortest, (error.lifetimeSeconds ?? Number.POSITIVE_INFINITY) * 1000);
        ports.push({ ...one, state: 'refused', text: error.message });
      }
    }
    const told = await gateway.externalAddress().catch(onlyRefused);
    // So routers say it that are not connected.
    const externalAddress = told === '' || told === '0.0.0.0' ? undefined : told;
    const { protocol, address: router } = gateway;
    this.#tell({ state: 'on', protocol, router, externalAddress, ports, failure: undefined });
    this.#options.log.info({ protocol, ports: ports.map(({ port, state }) => `${port} ${state}`) }, 'ports forwarded');
    return Math.max(SHORTEST_PAUSE_MS, shortest);
  }

  async #takeBack(ports: readonly number[]): Promise<void> {
    for (const port of ports) {
      this.#mapped.delete(port);
      try {
        await this.#gateway?.unmap({ internalPort: port, externalPort: port });
      } catch (error) {
        this.#options.log.warn({ port, err: error }, 'port not taken back from the router; it ends by itself');
      }
    }
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work);
    return this.#queue;
  }

  #tell(facts: MappingFacts): void {
    this.#facts = facts;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** What became of the ports says more. */
function onlyRefused(error: unknown): undefined {
  if (!(error instanceof MappingError)) throw error;
}

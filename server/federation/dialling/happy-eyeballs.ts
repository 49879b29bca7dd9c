/**
 * Happy Eyeballs (RFC 8305): both address families are resolved at once and tried in turn, a little apart, and the
 * first connection wins, so that a broken IPv6 costs a quarter of a second and no minute.
 */
import type { Clock, Timer } from '../../clock/clock.ts';

/** RFC 8305 section 8. */
const RESOLUTION_DELAY_MS = 50;
const ATTEMPT_DELAY_MS = 250;
/** Of one family; a name with a hundred addresses is no reason to try them all. */
const MAX_ADDRESSES = 4;

/** A connection being made. */
export interface Connecting<S> {
  /** Rejects when it cannot be, also after `close`. */
  readonly opened: Promise<S>;
  close(): void;
}

export interface RaceOptions<S> {
  readonly clock: Clock;
  readonly ipv6: Promise<readonly string[]>;
  readonly ipv4: Promise<readonly string[]>;
  readonly connect: (address: string) => Connecting<S>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface AddressFailure {
  readonly address?: string;
  readonly error: unknown;
}

/** Nothing was connected: `failures` has every address tried, and every family that could not be resolved. */
export class RaceLost extends Error {
  override readonly name = 'RaceLost';
  readonly failures: readonly AddressFailure[];
  readonly isTimeout: boolean;

  constructor(failures: readonly AddressFailure[], isTimeout: boolean) {
    super('no address could be connected to');
    this.failures = failures;
    this.isTimeout = isTimeout;
  }
}

/** @throws RaceLost; the signal's reason when aborted */
export function connectFirst<S>(options: RaceOptions<S>): Promise<{ connection: S; address: string }> {
  options.signal.throwIfAborted();
  return new Promise((resolve, reject) => new Race(options, resolve, reject).start());
}

type Family = 'ipv6' | 'ipv4';

class Race<S> {
  readonly #options: RaceOptions<S>;
  readonly #resolve: (won: { connection: S; address: string }) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #waiting: Record<Family, string[]> = { ipv6: [], ipv4: [] };
  readonly #unresolved = new Set<Family>(['ipv6', 'ipv4']);
  readonly #running = new Map<string, Connecting<S>>();
  readonly #failures: AddressFailure[] = [];
  readonly #timers: Timer[] = [];
  #nextFamily: Family = 'ipv6';
  #mayStart = false;
  #untilNext: Timer | undefined;
  #isOver = false;

  constructor(
    options: RaceOptions<S>,
    resolve: (won: { connection: S; address: string }) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { clock, timeoutMs, signal, ipv6, ipv4 } = this.#options;
    this.#timers.push(clock.after(timeoutMs, () => this.#lose(true)));
    signal.addEventListener('abort', this.#abort);
    this.#await('ipv6', ipv6);
    this.#await('ipv4', ipv4);
  }

  #await(family: Family, addresses: Promise<readonly string[]>): void {
    addresses.then(
      (found) => this.#resolved(family, found),
      (error: unknown) => {
        this.#failures.push({ error });
        this.#resolved(family, []);
      },
    );
  }

  #resolved(family: Family, addresses: readonly string[]): void {
    if (this.#isOver) return;
    this.#unresolved.delete(family);
    this.#waiting[family].push(...addresses.slice(0, MAX_ADDRESSES));
    // RFC 8305 section 3: IPv6 is preferred, and gets a moment when its answer is the later one.
    if (this.#unresolved.size === 0 || (family === 'ipv6' && addresses.length > 0)) this.#mayStart = true;
    else if (family === 'ipv4')
      this.#timers.push(
        this.#options.clock.after(RESOLUTION_DELAY_MS, () => {
          if (this.#mayStart) return;
          this.#mayStart = true;
          this.#goOn();
        }),
      );
    if (this.#untilNext === undefined) this.#goOn();
  }

  /** Starts the next attempt, or ends the race when there is none and none is left. */
  #goOn(): void {
    if (this.#isOver || !this.#mayStart) return;
    this.#untilNext?.cancel();
    this.#untilNext = undefined;
    const address = this.#take();
    if (address === undefined) {
      if (this.#running.size === 0 && this.#unresolved.size === 0) this.#lose(false);
      return;
    }
    this.#attempt(address);
    this.#untilNext = this.#options.clock.after(ATTEMPT_DELAY_MS, () => this.#goOn());
  }

  /** RFC 8305 section 4: the families take turns. */
  #take(): string | undefined {
    const other: Family = this.#nextFamily === 'ipv6' ? 'ipv4' : 'ipv6';
    const family = this.#waiting[this.#nextFamily].length > 0 ? this.#nextFamily : other;
    const address = this.#waiting[family].shift();
    if (address !== undefined) this.#nextFamily = family === 'ipv6' ? 'ipv4' : 'ipv6';
    return address;
  }

  #attempt(address: string): void {
    if (this.#running.has(address)) return;
    const connecting = this.#options.connect(address);
    this.#running.set(address, connecting);
    connecting.opened.then(
      (connection) => this.#win(address, connection, connecting),
      (error: unknown) => {
        if (this.#isOver) return;
        this.#running.delete(address);
        this.#failures.push({ address, error });
        this.#goOn();
      },
    );
  }

  #win(address: string, connection: S, connecting: Connecting<S>): void {
    if (this.#isOver) {
      connecting.close();
      return;
    }
    this.#running.delete(address);
    this.#end();
    this.#resolve({ connection, address });
  }

  #lose(isTimeout: boolean): void {
    const silent = [...this.#running.keys()].map((address) => ({ address, error: undefined }));
    this.#end();
    this.#reject(new RaceLost([...this.#failures, ...silent], isTimeout));
  }

  readonly #abort = (): void => {
    this.#end();
    this.#reject(this.#options.signal.reason);
  };

  #end(): void {
    this.#isOver = true;
    this.#options.signal.removeEventListener('abort', this.#abort);
    this.#untilNext?.cancel();
    for (const timer of this.#timers) timer.cancel();
    for (const connecting of this.#running.values()) connecting.close();
    this.#running.clear();
  }
}

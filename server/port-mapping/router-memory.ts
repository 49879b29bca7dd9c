/** What must be remembered of routers between two questions: who this computer is to them, and how long they run. */
import { createHmac } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';

const NONCE_BYTES = 12;
/** Enough to tell the computers of a home apart, and short enough for every router. */
const LABEL_DIGITS = 8;
/** Seconds by which a router's clock may be behind (RFC 6887 section 8.5). */
const SLACK_SECONDS = 2;
/** One sixteenth of what has passed: cheap clocks (RFC 6887 section 8.5). */
const DRIFT = 1 / 16;

interface Heard {
  readonly epochSeconds: number;
  readonly atMs: number;
}

export interface RouterMemoryOptions {
  readonly clock: Pick<Clock, 'elapsedMs'>;
  /**
   * Secret. The same one after a crash lets this computer renew what it had asked for before: a router refuses whoever
   * comes with another nonce (RFC 6887 section 11.3) until the old mapping ends.
   */
  readonly seed: Buffer;
}

export class RouterMemory {
  /** The router at this address has forgotten what it forwards. */
  onRestart: (address: string) => void = () => undefined;
  readonly #options: RouterMemoryOptions;
  readonly #heard = new Map<string, Heard>();

  constructor(options: RouterMemoryOptions) {
    this.#options = options;
  }

  /** Another one for each router (RFC 6887 section 11.2). Twelve bytes. */
  nonceFor(address: string): Buffer {
    return createHmac('sha256', this.#options.seed).update(`pcp ${address}`).digest().subarray(0, NONCE_BYTES);
  }

  /** What this installation calls its entries where routers let them have a name. */
  get label(): string {
    return `Snug ${createHmac('sha256', this.#options.seed).update('upnp').digest('hex').slice(0, LABEL_DIGITS)}`;
  }

  /** How long the router says that it has kept its mappings: less than it should be means that they are lost. */
  heard(address: string, epochSeconds: number): void {
    const atMs = this.#options.clock.elapsedMs();
    const before = this.#heard.get(address);
    this.#heard.set(address, { epochSeconds, atMs });
    if (before !== undefined && hasRestarted(before, { epochSeconds, atMs })) this.onRestart(address);
  }
}

/** RFC 6887 section 8.5. A difference of one second backwards is an answer that was overtaken by another. */
function hasRestarted(before: Heard, now: Heard): boolean {
  if (now.epochSeconds < before.epochSeconds - 1) return true;
  const here = (now.atMs - before.atMs) / 1000;
  const there = now.epochSeconds - before.epochSeconds;
  return here + SLACK_SECONDS < there - there * DRIFT || there + SLACK_SECONDS < here - here * DRIFT;
}

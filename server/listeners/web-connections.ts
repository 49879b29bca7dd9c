/** How many connections may speak HTTP at a time, and which one goes when there are too many. */
import type { Socket } from 'node:net';
import { addressPrefix } from '../accounts/address-prefix.ts';
import type { Logger } from '../log/log.ts';

/** A browser opens six: several hundred people, and well below what systems let a process have. */
const MAX_CONNECTIONS = 2_000;

export interface WebConnectionsOptions {
  readonly log: Logger;
  readonly max?: number | undefined;
}

type Connection = Pick<Socket, 'remoteAddress' | 'remotePort'>;

export class WebConnections {
  readonly #log: Logger;
  readonly #max: number;
  /** From the first packet on, the oldest first. */
  readonly #open = new Map<string, Socket>();
  /** True from when it has been told that there are too many until most of them are gone. */
  #isCrowdTold = false;

  constructor({ log, max = MAX_CONNECTIONS }: WebConnectionsOptions) {
    this.#log = log;
    this.#max = max;
  }

  /** @param socket a new one, below TLS */
  add(socket: Socket): void {
    if (this.#open.size >= this.#max) this.#makeRoom();
    const key = keyOf(socket);
    this.#open.set(key, socket);
    socket.once('close', () => {
      if (this.#open.get(key) === socket) this.#open.delete(key);
      if (this.#open.size < this.#max / 2) this.#isCrowdTold = false;
    });
  }

  /** It speaks something else from now on, and somebody else looks after it. `connection` may be the TLS above. */
  leave(connection: Connection): void {
    this.#open.delete(keyOf(connection));
  }

  /**
   * Drops the oldest from where most of them come.
   * SECURITY: were newcomers refused instead, whoever opens that many connections would keep everybody out.
   */
  #makeRoom(): void {
    let largest: readonly [string, Socket][] = [];
    for (const group of Map.groupBy(this.#open, ([, socket]) => addressPrefix(socket.remoteAddress ?? '')).values()) {
      if (group.length > largest.length) largest = group;
    }
    const [oldest] = largest;
    if (oldest === undefined) return;
    const [key, socket] = oldest;
    this.#tell(socket, largest.length);
    this.#open.delete(key);
    socket.destroy();
  }

  #tell({ remoteAddress }: Socket, from: number): void {
    if (this.#isCrowdTold) return;
    this.#isCrowdTold = true;
    this.#log.warn({ address: remoteAddress, from }, 'web connections dropped: there are too many');
  }
}

function keyOf({ remoteAddress, remotePort }: Connection): string {
  return `${remoteAddress} ${remotePort}`;
}

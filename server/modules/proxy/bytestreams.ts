/** The streams through the proxy: who waits for whom, which run, and for how long (XEP-0065 section 6). */
import type { Socket } from 'node:net';
import { Connection, type ConnectionEvents } from './connection.ts';
import { Relay } from './relay.ts';

export interface BytestreamLimits {
  readonly maxConnections: number;
  readonly maxWaitingPerAddress: number;
  readonly maxStreamsPerAccount: number;
  readonly waitSeconds: number;
  readonly idleSeconds: number;
}

/** One or two connections that named the same hash; `relay` once they are joined. */
interface Bytestream {
  readonly connections: Connection[];
  relay: Relay | undefined;
  /** Localpart of who had it activated; empty before. */
  account: string;
}

export type Activation = 'activated' | 'unknown' | 'half' | 'running' | 'too-many';

export class Bytestreams {
  readonly #limits: BytestreamLimits;
  /** Milliseconds that only go forward. */
  readonly #now: () => number;
  readonly #connections = new Set<Connection>();
  readonly #streams = new Map<string, Bytestream>();
  /** How many connections wait, in whichever state, by subscriber. */
  readonly #waiting = new Map<string, number>();

  /** `limits` are read each time. */
  constructor(limits: BytestreamLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  accept(socket: Socket): void {
    const { maxConnections, maxWaitingPerAddress } = this.#limits;
    const connection = new Connection(socket, this.#now(), this.#events);
    const waiting = this.#waiting.get(connection.subscriber) ?? 0;
    if (this.#connections.size >= maxConnections || waiting >= maxWaitingPerAddress) {
      socket.destroy();
      return;
    }
    this.#connections.add(connection);
    this.#waiting.set(connection.subscriber, waiting + 1);
  }

  /** Joins the two connections that named one of `hashes`, for an account. */
  activate(account: string, hashes: Iterable<string>): Activation {
    for (const hash of hashes) {
      const stream = this.#streams.get(hash);
      if (stream !== undefined) return this.#join(stream, account);
    }
    return 'unknown';
  }

  /** Lets go whoever has waited too long, and streams on which nothing moves. */
  sweep(): void {
    const now = this.#now();
    const { waitSeconds, idleSeconds } = this.#limits;
    for (const connection of this.#connections) {
      if (!this.#isRunning(connection) && now - connection.sinceMs >= waitSeconds * 1_000) connection.socket.destroy();
    }
    for (const { relay } of this.#streams.values()) if (relay?.isIdle(now, idleSeconds * 1_000)) relay.close();
  }

  /** Ends the streams that an account had activated. */
  closeOf(account: string): void {
    for (const stream of this.#streams.values()) if (stream.account === account) stream.relay?.close();
  }

  closeAll(): void {
    for (const { socket } of this.#connections) socket.destroy();
  }

  readonly #events: ConnectionEvents = {
    named: (connection, hash) => {
      const stream = this.#streams.get(hash) ?? { connections: [], relay: undefined, account: '' };
      // Section 10.1: one Target for a stream. SECURITY: a third one is an eavesdropper.
      if (stream.relay !== undefined || stream.connections.length >= 2) return false;
      stream.connections.push(connection);
      this.#streams.set(hash, stream);
      return true;
    },
    closed: (connection) => {
      if (!this.#connections.delete(connection)) return;
      const { hash } = connection;
      const stream = hash === undefined ? undefined : this.#streams.get(hash);
      if (stream?.relay === undefined) this.#waitsNoMore(connection);
      if (hash === undefined || stream === undefined) return;
      stream.connections.splice(stream.connections.indexOf(connection), 1);
      if (stream.connections.length === 0) this.#streams.delete(hash);
    },
  };

  #join(stream: Bytestream, account: string): Activation {
    if (stream.relay !== undefined) return 'running';
    const [one, other] = stream.connections.filter(({ socket }) => !socket.destroyed);
    if (one === undefined || other === undefined) return 'half';
    if (this.#countOf(account) >= this.#limits.maxStreamsPerAccount) return 'too-many';
    for (const connection of [one, other]) this.#waitsNoMore(connection);
    stream.account = account;
    stream.relay = new Relay(one.release(), other.release(), this.#now());
    return 'activated';
  }

  #countOf(account: string): number {
    let count = 0;
    for (const stream of this.#streams.values()) if (stream.account === account) count++;
    return count;
  }

  #isRunning({ hash }: Connection): boolean {
    return hash !== undefined && this.#streams.get(hash)?.relay !== undefined;
  }

  #waitsNoMore({ subscriber }: Connection): void {
    const left = (this.#waiting.get(subscriber) ?? 1) - 1;
    if (left > 0) this.#waiting.set(subscriber, left);
    else this.#waiting.delete(subscriber);
  }
}

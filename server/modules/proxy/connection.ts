/** A client's connection to the proxy, until it is joined with another one. */
import type { Socket } from 'node:net';
import { addressPrefix } from '../../accounts/address-prefix.ts';
import { Handshake, REFUSED_REPLY } from './handshake.ts';

/** What a client may say too early before it is let go: one that begins to send at once has no more in its first flight. */
const MAX_EARLY_BYTES = 64 * 1024;

export interface ConnectionEvents {
  /** The client names the stream that it wants to be part of; false when it cannot be. */
  named(connection: Connection, hash: string): boolean;
  closed(connection: Connection): void;
}

export class Connection {
  readonly socket: Socket;
  readonly sinceMs: number;
  /** Of the address: a subscriber's worth of it. */
  readonly subscriber: string;
  /** Once the client has named it. */
  hash: string | undefined;
  readonly #events: ConnectionEvents;
  readonly #handshake = new Handshake();
  #earlyBytes = 0;

  constructor(socket: Socket, nowMs: number, events: ConnectionEvents) {
    this.socket = socket;
    this.sinceMs = nowMs;
    this.subscriber = addressPrefix(socket.remoteAddress ?? '');
    this.#events = events;
    socket.on('error', () => undefined); // `close` follows
    socket.on('close', () => events.closed(this));
    socket.on('end', this.#leave);
    socket.on('data', this.#read);
  }

  /** Hands the socket out as it is: from now on nothing here reads it or ends it. */
  release(): Socket {
    this.socket.off('data', this.#read);
    this.socket.off('end', this.#leave);
    return this.socket;
  }

  readonly #leave = (): void => {
    this.socket.destroy();
  };

  readonly #read = (chunk: Buffer): void => {
    if (this.hash === undefined) this.#shakeHands(chunk);
    else this.#ignore(chunk);
  };

  #shakeHands(chunk: Buffer): void {
    const step = this.#handshake.read(chunk);
    if (step.reply !== undefined) this.socket.write(step.reply);
    if (step.kind === 'refused') this.socket.destroySoon();
    if (step.kind !== 'connect') return;
    if (!this.#events.named(this, step.hash)) {
      this.socket.write(REFUSED_REPLY);
      this.socket.destroySoon();
      return;
    }
    this.hash = step.hash;
    this.socket.write(step.accepted);
  }

  /** XEP-0065 section 10.1: what comes before the activation is ignored. */
  #ignore(chunk: Buffer): void {
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes > MAX_EARLY_BYTES) this.socket.destroy();
  }
}

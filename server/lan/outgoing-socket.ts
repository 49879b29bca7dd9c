/** The half of a UDP socket that sends, for a library that shall speak through it and hear nothing. */
import type { Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';

type Sent = (error: Error | null) => void;

/** It never emits anything, and closing it leaves the real socket open. */
export class OutgoingSocket extends EventEmitter {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  /** As multicast-dns calls it. */
  send(message: Buffer, offset: number, length: number, ...to: [port: number, address: string, sent: Sent]): void {
    this.#socket.send(message, offset, length, ...to);
  }

  close(closed: () => void): void {
    process.nextTick(closed);
  }
}

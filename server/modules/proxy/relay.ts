/** Two sockets joined: what one says the other hears, no faster than it reads. */
import type { Socket } from 'node:net';

export class Relay {
  readonly #sockets: readonly [Socket, Socket];
  #bytes = -1;
  #movedAtMs: number;

  constructor(one: Socket, other: Socket, nowMs: number) {
    this.#sockets = [one, other];
    this.#movedAtMs = nowMs;
    join(one, other);
    join(other, one);
  }

  /** Whether nothing has moved for `idleMs`, as far as one can tell from having been asked before. */
  isIdle(nowMs: number, idleMs: number): boolean {
    let bytes = 0;
    for (const socket of this.#sockets) bytes += socket.bytesRead + socket.bytesWritten - socket.writableLength;
    if (bytes !== this.#bytes) this.#movedAtMs = nowMs;
    this.#bytes = bytes;
    return nowMs - this.#movedAtMs >= idleMs;
  }

  /** Breaks it off. */
  close(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}

/** One direction. Each side may be done before the other (TCP's half-close). */
function join(from: Socket, to: Socket): void {
  from.pipe(to);
  from.on('close', (hadError) => {
    // A file that broke off must not look like one that has come to its end.
    if (hadError) to.resetAndDestroy();
    else to.destroySoon();
  });
}

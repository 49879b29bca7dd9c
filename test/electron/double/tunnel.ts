/** Message ports between two Node processes, which cannot hand them over: each end has a number, and what is said is carried. */

/** What goes over the channel between the processes, both ways. */
export type Carried =
  | { readonly kind: 'message'; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly kind: 'port-message'; readonly port: number; readonly data: unknown }
  | { readonly kind: 'port-closed'; readonly port: number };

interface End {
  start(): void;
  close(): void;
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

export class Tunnel {
  readonly #send: (carried: Carried) => void;
  readonly #ends = new Map<number, End>();

  constructor(send: (carried: Carried) => void) {
    this.#send = send;
  }

  /** This side's end of port number `port`: what arrives at it is carried over, and the other way round. */
  join(port: number, end: End): void {
    this.#ends.set(port, end);
    end.on('message', ({ data }) => this.#send({ kind: 'port-message', port, data }));
    end.on('close', () => {
      if (this.#ends.delete(port)) this.#send({ kind: 'port-closed', port });
    });
    end.start();
  }

  carry(carried: Exclude<Carried, { kind: 'message' }>): void {
    const end = this.#ends.get(carried.port);
    if (carried.kind === 'port-message') end?.postMessage(carried.data);
    else {
      this.#ends.delete(carried.port);
      end?.close();
    }
  }

  /** The other process has ended. */
  closeAll(): void {
    for (const end of this.#ends.values()) end.close();
    this.#ends.clear();
  }
}

/** The client's half of SOCKS5 as XEP-0065 uses it, for tests of the proxy; and raw connections for those who misbehave. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Only how long a failing test takes to say so. */
const PATIENCE_MS = 5_000;
const GREETING = Buffer.from([5, 1, 0]);

export function hashOf(sid: string, requester: string, target: string): string {
  return createHash('sha1').update(`${sid}${requester}${target}`).digest('hex');
}

export function connectRequest(hash: string, command = 1, addressType = 3): Buffer {
  return Buffer.concat([
    Buffer.from([5, command, 0, addressType, hash.length]),
    Buffer.from(hash, 'latin1'),
    Buffer.from([0, 0]),
  ]);
}

export class SocksClient {
  readonly socket: Socket;
  #received: Buffer[] = [];
  #length = 0;
  isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
    socket.on('data', this.#keep);
  }

  static async open(port: number): Promise<SocksClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const client = new SocksClient(socket);
    await once(socket, 'connect');
    return client;
  }

  /** Greets, and names the hash; has been accepted when this resolves. */
  static async joining(port: number, hash: string): Promise<SocksClient> {
    const client = await SocksClient.open(port);
    client.writes(GREETING);
    const method = await client.bytes(2);
    if (method.toString('hex') !== '0500') throw new Error(`the greeting was answered with ${method.toString('hex')}`);
    const request = connectRequest(hash);
    client.writes(request);
    const reply = await client.bytes(request.length);
    if (reply[1] !== 0) throw new Error(`the request was answered with ${reply.toString('hex')}`);
    return client;
  }

  writes(bytes: Buffer | string): void {
    this.socket.write(bytes);
  }

  /** The next `length` bytes. */
  async bytes(length: number): Promise<Buffer> {
    await this.#until(() => this.#length >= length || this.#isOver, `${length} bytes`);
    const all = Buffer.concat(this.#received);
    if (all.length < length) throw new Error(`the connection ended after ${all.length} bytes, ${length} were awaited`);
    this.#received = [all.subarray(length)];
    this.#length = all.length - length;
    return all.subarray(0, length);
  }

  /** The connection has been broken off: nothing was lost but the end. */
  async broken(): Promise<void> {
    await this.#until(() => this.isClosed, 'the break');
    if (this.socket.errored === null) throw new Error('the connection was closed properly');
  }

  /** What came before the connection was closed. */
  async closed(): Promise<Buffer> {
    await this.#until(() => this.#isOver, 'the end');
    this.socket.destroy();
    return Buffer.concat(this.#received);
  }

  /** From now on somebody else reads the socket. */
  handOver(): Socket {
    this.socket.off('data', this.#keep);
    return this.socket;
  }

  /** Nothing more will come. */
  get #isOver(): boolean {
    return this.isClosed || this.socket.readableEnded;
  }

  readonly #keep = (chunk: Buffer): void => {
    this.#received.push(chunk);
    this.#length += chunk.length;
  };

  async #until(isDone: () => boolean, what: string): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    while (!isDone()) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const fail = () => reject(new Error(`${what} did not come`));
      for (const event of ['data', 'end', 'close']) this.socket.once(event, resolve);
      signal.addEventListener('abort', fail);
      await promise.finally(() => {
        for (const event of ['data', 'end', 'close']) this.socket.off(event, resolve);
        signal.removeEventListener('abort', fail);
      });
    }
  }
}

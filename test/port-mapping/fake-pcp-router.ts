/** A router on the loopback that speaks PCP, and forgets, refuses and babbles as it is told to. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

interface PcpEntry {
  readonly nonce: string;
  readonly client: string;
  readonly externalPort: number;
  readonly lifetimeSeconds: number;
}

export class PcpRouter {
  readonly mapped = new Map<number, PcpEntry>();
  /** What MAP is answered with; 0 is success. */
  result = 0;
  /** How long it has run. */
  epochSeconds = 1_000;
  lifetimeSeconds = 3_600;
  externalAddress = '198.51.100.7';
  /** Ports that it gives away otherwise. */
  readonly taken = new Set<number>();
  /** What is sent before each answer, made of it. */
  babble: (answer: Buffer) => readonly Buffer[] = () => [];
  readonly #socket: Socket;

  static async start(): Promise<PcpRouter> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new PcpRouter(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (request, from) => {
      if (request[0] !== 2) return;
      const answer = this.#answer(request);
      for (const message of [...this.babble(answer), answer]) socket.send(message, from.port, from.address);
    });
  }

  get port(): number {
    return (this.#socket.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #answer(request: Buffer): Buffer {
    const answer = Buffer.from(request);
    const operation = request.readUInt8(1);
    answer.writeUInt8(0x80 + operation, 1);
    answer.writeUInt32BE(this.epochSeconds, 8);
    answer.fill(0, 12, 24);
    if (operation === 1) this.#map(request, answer);
    return answer;
  }

  #map(request: Buffer, answer: Buffer): void {
    const nonce = request.toString('hex', 24, 36);
    const internalPort = request.readUInt16BE(40);
    const wanted = request.readUInt16BE(42);
    const known = this.mapped.get(internalPort);
    const result = known !== undefined && known.nonce !== nonce ? 2 : this.result;
    answer.writeUInt8(result, 3);
    if (result !== 0) {
      answer.writeUInt32BE(this.lifetimeSeconds, 4);
      return;
    }
    const isDeleted = request.readUInt32BE(4) === 0;
    const externalPort = this.taken.has(wanted) ? wanted + 1 : wanted;
    const lifetimeSeconds = isDeleted ? 0 : this.lifetimeSeconds;
    if (isDeleted) this.mapped.delete(internalPort);
    else
      this.mapped.set(internalPort, {
        nonce,
        client: [...request.subarray(20, 24)].join('.'),
        externalPort,
        lifetimeSeconds,
      });
    answer.writeUInt32BE(lifetimeSeconds, 4);
    answer.writeUInt16BE(externalPort, 42);
    answer.set([0xff, 0xff, ...this.externalAddress.split('.').map(Number)], 54);
  }
}

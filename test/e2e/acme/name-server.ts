/** A name server on the loopback that says what a test wants, over UDP. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Answer, decode, encode, type RecordType } from 'dns-packet';

const AUTHORITATIVE = 1 << 10;
const NXDOMAIN = 3;

export class NameServer {
  readonly records: Answer[] = [];
  readonly #socket: Socket;

  static async start(): Promise<NameServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new NameServer(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (message, from) => {
      socket.send(this.#answer(message), from.port, from.address);
    });
  }

  get port(): number {
    return (this.#socket.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  add(...records: readonly Answer[]): this {
    this.records.push(...records);
    return this;
  }

  /** Adds the zone with its name server, which is this one. */
  zone(name: string): this {
    return this.add(
      { type: 'NS', name, data: `ns.${name}` },
      { type: 'A', name: `ns.${name}`, data: '127.0.0.1' },
      {
        type: 'SOA',
        name,
        data: { mname: `ns.${name}`, rname: `root.${name}`, serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 },
      },
    );
  }

  remove(name: string, type: RecordType): void {
    const kept = this.records.filter((record) => record.name !== name || record.type !== type);
    this.records.splice(0, this.records.length, ...kept);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #answer(message: Buffer): Buffer {
    const { id = 0, questions = [] } = decode(message);
    const [question] = questions;
    const wanted = question?.name.toLowerCase();
    const named = this.records.filter(({ name }) => name === wanted);
    const answers = named.filter(({ type }) => type === question?.type || type === 'CNAME');
    return encode({
      type: 'response',
      id,
      flags: AUTHORITATIVE | (named.length === 0 ? NXDOMAIN : 0),
      questions: [...questions],
      answers,
    });
  }
}

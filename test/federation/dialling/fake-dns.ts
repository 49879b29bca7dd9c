/** A DNS server on the loopback that answers as a test says, rightly or wrongly. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import dnsPacket, { type Answer, type Packet, type Question } from 'dns-packet';

export interface Asked {
  readonly question: Question;
  readonly query: Buffer;
  readonly by: 'udp' | 'tcp';
  /** Where a datagram came from. */
  readonly from?: { readonly address: string; readonly port: number };
}

/** The answers to send, in order; none: silence. */
export type Answering = (asked: Asked) => readonly Buffer[];

const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

/** By type and name, such as `A b.example`. A name that is in no entry does not exist. */
export type Zone = Readonly<Record<string, readonly unknown[]>>;

export class FakeDns implements AsyncDisposable {
  readonly asked: string[] = [];
  answering: Answering;
  readonly #udp = createSocket('udp4');
  readonly #tcp = createServer((socket) => this.#serveTcp(socket));
  #port = 0;

  constructor(answering: Answering) {
    this.answering = answering;
  }

  static async of(answering: Answering | Zone): Promise<FakeDns> {
    const server = new FakeDns(typeof answering === 'function' ? answering : (asked) => [inZone(answering, asked)]);
    await server.#listen();
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async #listen(): Promise<void> {
    this.#tcp.listen(0, '127.0.0.1');
    await once(this.#tcp, 'listening');
    const address = this.#tcp.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#udp.on('message', (query, from) => {
      for (const answer of this.#answers(query, 'udp', from)) this.#udp.send(answer, from.port, from.address);
    });
    this.#udp.bind(this.#port, '127.0.0.1');
    await once(this.#udp, 'listening');
  }

  #answers(query: Buffer, by: Asked['by'], from?: Asked['from']): readonly Buffer[] {
    const [question] = dnsPacket.decode(query).questions ?? [];
    if (question === undefined) return [];
    this.asked.push(`${by} ${question.type} ${question.name.toLowerCase()}`);
    return this.answering({ question, query, by, ...(from && { from }) });
  }

  #serveTcp(socket: Socket): void {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      for (const answer of this.#answers(bytes.subarray(2), 'tcp')) {
        const length = Buffer.from([answer.length >> 8, answer.length & 0xff]);
        socket.write(Buffer.concat([length, answer]));
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#udp.close();
    this.#tcp.close();
    await Promise.resolve();
  }
}

/** An answer to `query` that is right in everything that is not changed. */
export function answerTo(
  { query }: Pick<Asked, 'query'>,
  answers: readonly object[] = [],
  change: Partial<Packet> & { readonly code?: keyof typeof RCODES; readonly flags?: number } = {},
): Buffer {
  const { id = 0, questions = [] } = dnsPacket.decode(query);
  const { code = 'NOERROR', flags = 0, ...rest } = change;
  return dnsPacket.encode({
    type: 'response',
    id,
    flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | flags | RCODES[code],
    questions,
    answers: answers as Answer[],
    ...rest,
  });
}

export const SOA: Answer = {
  type: 'SOA',
  name: 'example',
  ttl: 60,
  data: { mname: 'ns.example', rname: 'root.example', minimum: 60 },
};

/** What `zone` says, all of it signed when it has the entry `secure`. */
export function inZone(zone: Zone, asked: Asked): Buffer {
  const { type, name } = asked.question;
  const small = name.toLowerCase();
  const flags = zone.secure === undefined ? 0 : dnsPacket.AUTHENTIC_DATA;
  const failing = zone[`SERVFAIL ${type} ${small}`];
  if (failing !== undefined) return answerTo(asked, [], { code: 'SERVFAIL' });
  const alias = zone[`CNAME ${small}`];
  const found = zone[`${type} ${small}`];
  if (found !== undefined)
    return answerTo(
      asked,
      found.map((data) => ({ type, name, ttl: 60, data })),
      { flags },
    );
  if (alias !== undefined)
    return answerTo(
      asked,
      alias.map((data) => ({ type: 'CNAME', name, ttl: 60, data })),
      { flags },
    );
  const exists = Object.keys(zone).some((key) => key.endsWith(` ${small}`));
  return answerTo(asked, [], { flags, authorities: [SOA], code: exists ? 'NOERROR' : 'NXDOMAIN' });
}

/** One question to one server: by UDP, and by TCP when the answer does not fit or somebody seems to guess. */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Clock } from '../../clock/clock.ts';
import { DnsFailure } from './dns-failure.ts';
import { type DnsMessage, type DnsQuestion, encodeQuery, readAnswer } from './dns-message.ts';
import type { DnsServer } from './dns-servers.ts';

/** Answers to something else that are passed over before the question goes by TCP, where nobody can guess. */
const MAX_FOREIGN_ANSWERS = 16;
/** RFC 6895 section 2.3: how an old server refuses EDNS (RFC 6891 section 7). */
const REFUSALS_OF_EDNS: ReadonlySet<number> = new Set([1, 4, 16]);

export interface ExchangeOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** `count` unpredictable bytes. */
  readonly randomBytes: (count: number) => Buffer;
}

/** @throws DnsFailure */
export async function askServer(
  server: DnsServer,
  question: DnsQuestion,
  options: ExchangeOptions,
): Promise<DnsMessage> {
  const answer = await ask(server, question, 'edns', options);
  return REFUSALS_OF_EDNS.has(answer.responseCode) ? ask(server, question, 'plain', options) : answer;
}

async function ask(
  server: DnsServer,
  question: DnsQuestion,
  edns: 'edns' | 'plain',
  options: ExchangeOptions,
): Promise<DnsMessage> {
  const id = () => options.randomBytes(2).readUInt16BE(0);
  const guarded = { ...question, name: mixedCase(question.name, options.randomBytes) };
  const answer = await askByUdp(server, encodeQuery(guarded, id(), edns), options);
  return answer === 'ask-by-tcp' ? askByTcp(server, encodeQuery(question, id(), edns), options) : answer;
}

/** The port is random because the system picks it; the socket is connected, so that only this server is heard. */
function askByUdp(server: DnsServer, query: Buffer, options: ExchangeOptions): Promise<DnsMessage | 'ask-by-tcp'> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    let foreignAnswers = 0;
    let isSettled = false;
    const timer = options.clock.after(options.timeoutMs, () => settle(() => reject(timedOut(server))));
    const settle = (how: () => void) => {
      if (isSettled) return;
      isSettled = true;
      timer.cancel();
      socket.close();
      how();
    };
    socket.on('error', (error) => settle(() => reject(unreachable(server, error))));
    socket.on('message', (bytes) => {
      try {
        const answer = readAnswer(bytes, query);
        if (answer === 'recased') settle(() => resolve('ask-by-tcp'));
        else if (answer !== 'foreign') settle(() => resolve(answer.isTruncated ? 'ask-by-tcp' : answer));
        else if (++foreignAnswers > MAX_FOREIGN_ANSWERS) settle(() => resolve('ask-by-tcp'));
      } catch (error) {
        settle(() => reject(malformed(server, error)));
      }
    });
    socket.connect(server.port, server.address, () => {
      if (!isSettled) socket.send(query);
    });
  });
}

/** RFC 7766: each message after its length in two bytes. */
function askByTcp(server: DnsServer, query: Buffer, options: ExchangeOptions): Promise<DnsMessage> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port });
    const timer = options.clock.after(options.timeoutMs, () => settle(() => reject(timedOut(server))));
    let received = Buffer.alloc(0);
    const settle = (how: () => void) => {
      timer.cancel();
      socket.destroy();
      how();
    };
    socket.on('error', (error) => settle(() => reject(unreachable(server, error))));
    socket.on('close', () => settle(() => reject(malformed(server, new RangeError('closed before the answer')))));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      try {
        const answer = readAnswer(received.subarray(2, 2 + received.readUInt16BE(0)), query);
        // One connection for one question, so whatever else comes is wrong.
        if (answer === 'foreign' || answer === 'recased' || answer.isTruncated)
          throw new RangeError('an answer to something else');
        settle(() => resolve(answer));
      } catch (error) {
        settle(() => reject(malformed(server, error)));
      }
    });
    socket.write(Buffer.concat([Buffer.from([query.length >> 8, query.length & 0xff]), query]));
  });
}

/** Random case of letters, which the answer has to repeat: some more bits for a forger to guess. */
function mixedCase(name: string, randomBytes: ExchangeOptions['randomBytes']): string {
  const bits = randomBytes(name.length);
  return [...name].map((letter, at) => (((bits[at] ?? 0) & 1) === 1 ? letter.toUpperCase() : letter)).join('');
}

const timedOut = ({ address }: DnsServer) => new DnsFailure('timeout', `the DNS server ${address} did not answer`);
const unreachable = ({ address }: DnsServer, cause: unknown) =>
  new DnsFailure('unreachable', `the DNS server ${address} cannot be reached`, { cause });
const malformed = ({ address }: DnsServer, cause: unknown) =>
  new DnsFailure('malformed', `the DNS server ${address} gave an answer that cannot be read`, { cause });

/** TXT records by dynamic update (RFC 2136), signed with TSIG, over TCP: for a name server of one's own. */
import { randomBytes } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { AcmeError } from '../acme-error.ts';
import type { DnsProvider } from './dns-provider.ts';
import { CLASS, encodeName, encodeRecord, encodeTxt, OPCODE_UPDATE, readAnswer, TYPE, u16 } from './dns-wire.ts';
import { signMessage, type TsigKey, verifyAnswer } from './tsig.ts';

const TTL_SECONDS = 60;
const TIMEOUT_MS = 10_000;
const DNS_PORT = 53;
/** RFC 2136 section 2.2, and RFC 8945 section 5.3 for NOTAUTH. */
const REASONS: Readonly<Record<number, string>> = {
  1: 'it did not understand the request',
  2: 'it has a fault of its own',
  4: 'it does not support updates',
  5: 'it refuses: is this key allowed to change the zone?',
  9: 'it is not responsible for the zone, or does not accept the key',
  10: 'the name is not in the zone',
};

export interface Rfc2136Options {
  /** `192.0.2.1`, `192.0.2.1:53` or `[2001:db8::1]:53`. */
  readonly server: string;
  readonly key: TsigKey;
  readonly now: () => number;
}

/** @throws AcmeError when the server is no address */
export function rfc2136(options: Rfc2136Options): DnsProvider {
  const { host, port } = parseServer(options.server);
  const title = `The name server ${options.server}`;
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  resolver.setServers([isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`]);

  async function zoneOf(name: string): Promise<string> {
    const labels = name.split('.');
    for (let at = 1; at < labels.length; at++) {
      const zone = labels.slice(at).join('.');
      try {
        await resolver.resolveSoa(zone);
        return zone;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ECONNREFUSED' || code === 'ETIMEOUT')
          throw new AcmeError('dns-provider', `${title} does not answer.`, { cause: error });
      }
    }
    throw new AcmeError('dns-provider', `${title} has no zone for ${name}.`);
  }

  async function update(name: string, klass: number, ttl: number, value: string): Promise<void> {
    const zone = await zoneOf(name);
    const message = Buffer.concat([
      randomBytes(2),
      u16(OPCODE_UPDATE << 11, 1, 0, 1, 0),
      encodeName(zone),
      u16(TYPE.soa, CLASS.in),
      encodeRecord({ name, type: TYPE.txt, class: klass, ttl, data: encodeTxt(value) }),
    ]);
    const { signed, mac } = signMessage(message, options.key, seconds());
    const answer = await exchange(host, port, signed, title);
    check(answer, message.readUInt16BE(0), mac);
  }

  const seconds = () => Math.floor(options.now() / 1000);

  function check(answer: Buffer, id: number, requestMac: Buffer): void {
    const say = (text: string, fix?: string) => new AcmeError('dns-provider', text, fix === undefined ? {} : { fix });
    let rcode: number;
    let verdict: ReturnType<typeof verifyAnswer>;
    try {
      const read = readAnswer(answer);
      if (read.id !== id) throw new RangeError('the answer is to another question');
      rcode = read.rcode;
      verdict = verifyAnswer(answer, options.key, requestMac, seconds());
    } catch (error) {
      if (error instanceof RangeError) throw say(`${title} answers what is no DNS answer.`);
      throw error;
    }
    if (verdict === 'bad-key')
      throw say(
        `${title} does not accept the key “${options.key.name}”: it does not know it, or does not let it change the zone.`,
      );
    if (verdict === 'bad-signature')
      throw say(`${title} does not accept the signature: the secret of the key is another one there.`);
    if (verdict === 'bad-time')
      throw say(
        `${title} has another time than this computer.`,
        'Set the clock of this computer, or of the name server.',
      );
    if (rcode !== 0) throw say(`${title} refuses the update: ${REASONS[rcode] ?? `code ${rcode}`}.`);
    if (verdict !== 'good') throw say(`The answer of ${options.server} does not carry the signature of the key.`);
  }

  return {
    title,
    setTxt: (name, value) => update(name, CLASS.in, TTL_SECONDS, value),
    // RFC 2136 section 2.5.4: class NONE takes exactly this record away.
    removeTxt: (name, value) => update(name, CLASS.none, 0, value),
  };
}

function parseServer(server: string): { readonly host: string; readonly port: number } {
  const { host, port } = /^\[?(?<host>[0-9a-fA-F:.]+?)\]?(?::(?<port>\d{1,5}))?$/.exec(server)?.groups ?? {};
  if (isIP(server) !== 0) return { host: server, port: DNS_PORT };
  const number = Number(port ?? DNS_PORT);
  if (host !== undefined && isIP(host) !== 0 && number > 0 && number <= 65_535) return { host, port: number };
  throw new AcmeError(
    'settings',
    `acme.dnsServer must be the address of a name server, such as 192.0.2.1 or 192.0.2.1:53.`,
  );
}

/** One message there and one back, each behind its length (RFC 1035 section 4.2.2). */
function exchange(host: string, port: number, message: Buffer, title: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (error?: Error): void => {
      socket.destroy();
      reject(
        new AcmeError('dns-provider', `${title} does not answer updates.`, {
          fix: 'Check its address, and that it takes updates over TCP.',
          ...(error === undefined ? {} : { cause: error }),
        }),
      );
    };
    let received = Buffer.alloc(0);
    const socket = connect({ host, port });
    socket.setTimeout(TIMEOUT_MS, () => fail());
    socket.on('error', fail);
    socket.on('close', () => fail());
    socket.on('connect', () => socket.write(Buffer.concat([u16(message.length), message])));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      socket.removeAllListeners('close');
      socket.destroy();
      resolve(received.subarray(2, 2 + received.readUInt16BE(0)));
    });
  });
}

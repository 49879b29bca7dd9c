/** PCP (RFC 6887), the successor of NAT-PMP, with its operations MAP and ANNOUNCE for IPv4. */
import { askRouter, ROUTER_PORT } from './ask-router.ts';
import { type Gateway, MappingError } from './gateway.ts';
import type { RouterMemory } from './router-memory.ts';

const VERSION = 2;
const ANNOUNCE = 0;
const MAP = 1;
const RESPONSE = 0x80;
const HEADER_BYTES = 24;
const MAP_BYTES = HEADER_BYTES + 36;
/** Section 7. */
const MAX_BYTES = 1100;
const TCP = 6;
/** Section 5: IPv4 addresses are sent in IPv6 form. */
const IPV4_PREFIX = Buffer.from('00000000000000000000ffff', 'hex');
const UNSUPP_VERSION = 1;
const CANNOT_PROVIDE_EXTERNAL = 11;
/** Section 7.4. */
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'it speaks another version of PCP',
  2: 'forwarding by programs is switched off in its settings, or it still keeps the port for another program',
  3: 'it did not understand the question',
  4: 'it does not forward ports by PCP',
  5: 'it cannot do this in the way that was asked for',
  6: 'it did not understand the question',
  7: 'it has no public address from its provider at this moment',
  // Also what miniupnpd answers when it has no public address.
  8: 'it has no room for further ports, or no public address from its provider',
  9: 'it does not forward TCP',
  10: 'this computer has as many ports as one may have',
  12: 'another router stands between this computer and it',
  13: 'it cannot do this in the way that was asked for',
};

export interface PcpOptions {
  /** Of the router. */
  readonly address: string;
  readonly memory: RouterMemory;
  /** 5351 but in tests. */
  readonly port?: number | undefined;
}

interface Expected {
  readonly operation: number;
  /** At least, when it is no refusal. */
  readonly bytes: number;
  /** Whether what follows the header belongs to the question. */
  readonly fits: (body: Buffer) => boolean;
}

interface PcpAnswer {
  readonly lifetimeSeconds: number;
  /** What follows the header. */
  readonly body: Buffer;
}

/** Section 14.1: a question that changes nothing. @throws MappingError when nobody answers in PCP */
export async function pcpGateway({ address, memory, port = ROUTER_PORT }: PcpOptions): Promise<Gateway> {
  const ask = (request: (local: string) => Buffer, expected: Expected) =>
    askRouter({
      address,
      port,
      protocol: 'PCP',
      request,
      read: (answer) => readAnswer(answer, expected, (epochSeconds) => memory.heard(address, epochSeconds)),
    });
  const nonce = memory.nonceFor(address);
  let externalAddress: string | undefined;

  const map = async (internalPort: number, externalPort: number, lifetimeSeconds: number) => {
    const { lifetimeSeconds: given, body } = await ask(
      (local) => mapRequest({ local, nonce, internalPort, externalPort, lifetimeSeconds }),
      {
        operation: MAP,
        bytes: MAP_BYTES,
        // Section 11.4: an answer to anything else is none.
        fits: (answer) =>
          answer.subarray(0, 12).equals(nonce) && answer[12] === TCP && answer.readUInt16BE(16) === internalPort,
      },
    );
    return { given, port: body.readUInt16BE(18), address: addressText(body.subarray(20, 36)) };
  };

  try {
    await ask((local) => header(ANNOUNCE, local, 0), { operation: ANNOUNCE, bytes: HEADER_BYTES, fits: () => true });
  } catch (error) {
    // Whoever refuses in PCP speaks it: the question is optional in practice.
    if (!(error instanceof PcpRefusal) || error.result === UNSUPP_VERSION) throw error;
  }
  return {
    protocol: 'PCP',
    address,
    // Section 11.6: it is told only together with a mapping.
    externalAddress: async () => externalAddress,
    async map({ internalPort, externalPort, lifetimeSeconds }) {
      const mapped = await map(internalPort, externalPort, lifetimeSeconds);
      if (mapped.port !== externalPort) {
        await map(internalPort, 0, 0).catch(() => undefined);
        throw new MappingError('conflict', `The router has given port ${externalPort} to another computer already.`);
      }
      externalAddress = mapped.address;
      return { lifetimeSeconds: mapped.given };
    },
    /** Section 15.1: a lifetime of zero, and neither port nor address suggested. */
    async unmap({ internalPort }) {
      await map(internalPort, 0, 0);
    },
  };
}

/** A refusal in PCP; what speaks another protocol is told apart by it. */
class PcpRefusal extends MappingError {
  readonly result: number;

  constructor(result: number, lifetimeSeconds: number) {
    const reason = REFUSALS[result] ?? `code ${result}`;
    if (result === CANNOT_PROVIDE_EXTERNAL)
      super('conflict', 'The router has given this port to another computer already.', { lifetimeSeconds });
    else super('refused', `The router refuses: ${reason}.`, { lifetimeSeconds });
    this.result = result;
  }
}

function header(operation: number, local: string, lifetimeSeconds: number): Buffer {
  const request = Buffer.alloc(HEADER_BYTES);
  request.writeUInt8(VERSION, 0);
  request.writeUInt8(operation, 1);
  request.writeUInt32BE(lifetimeSeconds, 4);
  request.set(addressBytes(local), 8);
  return request;
}

interface MapRequest {
  readonly local: string;
  readonly nonce: Buffer;
  readonly internalPort: number;
  readonly externalPort: number;
  readonly lifetimeSeconds: number;
}

/** Section 11.1. No address is suggested, which is said with zeros in the family that is wanted. */
function mapRequest({ local, nonce, internalPort, externalPort, lifetimeSeconds }: MapRequest): Buffer {
  const body = Buffer.alloc(MAP_BYTES - HEADER_BYTES);
  body.set(nonce, 0);
  body.writeUInt8(TCP, 12);
  body.writeUInt16BE(internalPort, 16);
  body.writeUInt16BE(externalPort, 18);
  body.set(addressBytes('0.0.0.0'), 20);
  return Buffer.concat([header(MAP, local, lifetimeSeconds), body]);
}

/** Section 8.3: what is malformed is let fall, and the question asked again. */
function readAnswer(
  answer: Buffer,
  { operation, bytes, fits }: Expected,
  heard: (epochSeconds: number) => void,
): PcpAnswer | undefined {
  if (answer.length < 4 || answer[1] !== RESPONSE + operation) return undefined;
  // Section 9: a router that speaks only NAT-PMP, or a draft of PCP, says so in its own version.
  if (answer[0] !== VERSION) throw new PcpRefusal(UNSUPP_VERSION, 0);
  if (answer.length < HEADER_BYTES || answer.length > MAX_BYTES || answer.length % 4 !== 0) return undefined;
  const [result, lifetimeSeconds, epochSeconds] = [answer.readUInt8(3), answer.readUInt32BE(4), answer.readUInt32BE(8)];
  const body = answer.subarray(HEADER_BYTES);
  const isWhole = answer.length >= bytes;
  if (isWhole ? !fits(body) : result === 0) return undefined;
  heard(epochSeconds);
  if (result !== 0) throw new PcpRefusal(result, lifetimeSeconds);
  return { lifetimeSeconds, body };
}

function addressBytes(ipv4: string): Buffer {
  return Buffer.concat([IPV4_PREFIX, Buffer.from(ipv4.split('.').map(Number))]);
}

/** Undefined for one that is not of IPv4. */
function addressText(bytes: Buffer): string | undefined {
  return bytes.subarray(0, 12).equals(IPV4_PREFIX) ? [...bytes.subarray(12, 16)].join('.') : undefined;
}

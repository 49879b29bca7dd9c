/** NAT-PMP (RFC 6886): small questions to the router over UDP. */
import { askRouter, ROUTER_PORT } from './ask-router.ts';
import { type Gateway, MappingError } from './gateway.ts';
import type { RouterMemory } from './router-memory.ts';

const VERSION = 0;
const OP_EXTERNAL_ADDRESS = 0;
const OP_MAP_TCP = 2;
const ANSWER = 128;
/** Section 3.5. */
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'it speaks another version of NAT-PMP',
  2: 'forwarding is switched off in its settings',
  3: 'it has no public address from its provider at this moment',
  4: 'it has no room for further ports',
  5: 'it cannot forward ports',
};

/** @param address of the router @param port 5351 but in tests */
export function natPmpGateway(address: string, memory: RouterMemory, port = ROUTER_PORT): Gateway {
  const ask = (request: Buffer, bytes: number) =>
    askRouter({
      address,
      port,
      protocol: 'NAT-PMP',
      request: () => request,
      read: (answer) => readAnswer(answer, request, bytes, (epoch) => memory.heard(address, epoch)),
    });
  return {
    protocol: 'NAT-PMP',
    address,
    async externalAddress() {
      const answer = await ask(Buffer.of(VERSION, OP_EXTERNAL_ADDRESS), 12);
      return [...answer.subarray(8, 12)].join('.');
    },
    async map({ internalPort, externalPort, lifetimeSeconds }) {
      const answer = await ask(mapRequest(internalPort, externalPort, lifetimeSeconds), 16);
      const given = answer.readUInt16BE(10);
      if (given !== externalPort) {
        // Section 3.3: the router gave another one, which nobody would look for.
        await ask(mapRequest(internalPort, 0, 0), 16).catch(() => undefined);
        throw new MappingError('conflict', `The router has given port ${externalPort} to another computer already.`);
      }
      return { lifetimeSeconds: answer.readUInt32BE(12) };
    },
    // Section 3.4: a lifetime of zero, and no external port.
    async unmap({ internalPort }) {
      await ask(mapRequest(internalPort, 0, 0), 16);
    },
  };
}

function mapRequest(internalPort: number, externalPort: number, lifetimeSeconds: number): Buffer {
  const request = Buffer.alloc(12);
  request.writeUInt8(VERSION, 0);
  request.writeUInt8(OP_MAP_TCP, 1);
  request.writeUInt16BE(internalPort, 4);
  request.writeUInt16BE(externalPort, 6);
  request.writeUInt32BE(lifetimeSeconds, 8);
  return request;
}

/** Undefined for what answers another question, or none. @throws MappingError */
function readAnswer(
  answer: Buffer,
  request: Buffer,
  bytes: number,
  heard: (epochSeconds: number) => void,
): Buffer | undefined {
  const operation = request.readUInt8(1);
  if (answer.length < 8 || answer[0] !== VERSION || answer[1] !== ANSWER + operation) return undefined;
  const result = answer.readUInt16BE(2);
  if (result === 0 && answer.length < bytes) return undefined;
  // Section 3.3: the internal port of the question, so that a late answer to another one is not taken for this.
  if (result === 0 && operation === OP_MAP_TCP && answer.readUInt16BE(8) !== request.readUInt16BE(4)) return undefined;
  heard(answer.readUInt32BE(4));
  if (result === 0) return answer;
  throw new MappingError('refused', `The router refuses: ${REFUSALS[result] ?? `code ${result}`}.`);
}

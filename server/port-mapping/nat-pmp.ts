/** NAT-PMP (RFC 6886): small questions to the router over UDP. */
import { createSocket } from 'node:dgram';
import { type Gateway, MappingError } from './gateway.ts';

export const NAT_PMP_PORT = 5351;
const VERSION = 0;
const OP_EXTERNAL_ADDRESS = 0;
const OP_MAP_TCP = 2;
const ANSWER = 128;
/** Section 3.1 starts with 250 ms and doubles; after four tries a router at home is not there. */
const FIRST_WAIT_MS = 250;
const TRIES = 4;
/** Section 3.5. */
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'it speaks another version of NAT-PMP',
  2: 'forwarding is switched off in its settings',
  3: 'it has no address from its provider at this moment',
  4: 'it has no room for further ports',
  5: 'it cannot forward ports',
};

/** @param address of the router @param port 5351 but in tests */
export function natPmpGateway(address: string, port = NAT_PMP_PORT): Gateway {
  return {
    protocol: 'NAT-PMP',
    address,
    async externalAddress() {
      const answer = await ask(address, port, Buffer.of(VERSION, OP_EXTERNAL_ADDRESS), 12);
      return [...answer.subarray(8, 12)].join('.');
    },
    async map({ internalPort, externalPort, lifetimeSeconds }) {
      const answer = await ask(address, port, mapRequest(internalPort, externalPort, lifetimeSeconds), 16);
      const given = answer.readUInt16BE(10);
      if (given !== externalPort) {
        // Section 3.3: the router gave another one, which nobody would look for.
        await ask(address, port, mapRequest(internalPort, 0, 0), 16).catch(() => undefined);
        throw new MappingError('conflict', `The router has given port ${externalPort} to another computer already.`);
      }
      return { lifetimeSeconds: answer.readUInt32BE(12) };
    },
    // Section 3.4: a lifetime of zero, and no external port.
    async unmap({ internalPort }) {
      await ask(address, port, mapRequest(internalPort, 0, 0), 16);
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

function ask(address: string, port: number, request: Buffer, bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    let tries = 0;
    let timer: NodeJS.Timeout | undefined;
    const end = (outcome: () => void): void => {
      clearTimeout(timer);
      socket.close();
      outcome();
    };
    const silent = (cause?: Error): void =>
      end(() => reject(new MappingError('silent', 'The router does not answer NAT-PMP.', { cause })));
    const send = (): void => {
      if (tries === TRIES) {
        silent();
        return;
      }
      socket.send(request, port, address);
      timer = setTimeout(send, FIRST_WAIT_MS * 2 ** tries);
      tries += 1;
    };
    socket.on('error', silent);
    socket.on('message', (answer, from) => {
      // SECURITY (section 3.1): only the router's word counts.
      if (from.address !== address || from.port !== port) return;
      if (answer.length < 8 || answer[1] !== ANSWER + (request[1] ?? 0)) return;
      const result = answer.readUInt16BE(2);
      if (result !== 0)
        return end(() =>
          reject(new MappingError('refused', `The router refuses: ${REFUSALS[result] ?? `code ${result}`}.`)),
        );
      if (answer.length >= bytes) end(() => resolve(answer));
    });
    socket.bind(0, send);
  });
}

/** A small question to the router over UDP, asked again until it answers or its patience is at an end. */
import { createSocket } from 'node:dgram';
import { MappingError } from './gateway.ts';

/** The port of NAT-PMP (RFC 6886 section 3) and of PCP (RFC 6887 section 19). */
export const ROUTER_PORT = 5351;
/**
 * RFC 6886 section 3.1 starts with 250 ms and doubles; after four tries a router at home is not there. RFC 6887 section
 * 8.1.1 waits three seconds from the start, which is meant for providers' networks: a person waits for this one.
 */
const FIRST_WAIT_MS = 250;
const TRIES = 4;

export interface RouterQuestion<Answer> {
  /** Of the router. */
  readonly address: string;
  /** ROUTER_PORT but in tests. */
  readonly port: number;
  /** For people, such as `PCP`. */
  readonly protocol: string;
  /** Made for the address from which it is asked. */
  readonly request: (localAddress: string) => Buffer;
  /** Gives undefined for what is no answer to the question. @throws MappingError for a refusal */
  readonly read: (answer: Buffer) => Answer | undefined;
}

/** @throws MappingError */
export function askRouter<Answer>(question: RouterQuestion<Answer>): Promise<Answer> {
  const { address, port, protocol, request, read } = question;
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    let tries = 0;
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const end = (outcome: () => void): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.close();
      outcome();
    };
    const silent = (cause?: Error): void =>
      end(() => reject(new MappingError('silent', `The router does not answer ${protocol}.`, { cause })));
    const send = (bytes: Buffer): void => {
      if (tries === TRIES) {
        silent();
        return;
      }
      socket.send(bytes);
      timer = setTimeout(send, FIRST_WAIT_MS * 2 ** tries, bytes);
      tries += 1;
    };
    socket.on('error', silent);
    socket.on('message', (message) => {
      try {
        const answer = read(message);
        if (answer !== undefined) end(() => resolve(answer));
      } catch (error) {
        end(() => reject(error));
      }
    });
    // SECURITY (RFC 6886 section 3.1, RFC 6887 section 8.3): only the router's word counts. The system gives a
    // connected socket nothing that comes from any other address or port.
    socket.on('connect', () => send(request(socket.address().address)));
    socket.connect(port, address);
  });
}

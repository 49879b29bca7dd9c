/**
 * The door of http-01 (RFC 8555 section 8.3): a plain web server that knows nothing but the answers of this moment, and
 * that is open only while the authority may come.
 */
import { createServer, type Server } from 'node:http';
import { AcmeError } from './acme-error.ts';

const PATH = '/.well-known/acme-challenge/';
/** Nobody but the authority has business here. */
const MAX_CONNECTIONS = 50;
/** SECURITY: whoever says nothing must not keep the authority out for long. */
const LIMITS = {
  requestTimeout: 5_000,
  headersTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8_192,
};

export class HttpDoor {
  readonly #answers = new Map<string, string>();
  readonly #server: Server;

  /** @throws AcmeError when the port cannot be opened */
  static async open(port: number, address: string): Promise<HttpDoor> {
    const door = new HttpDoor();
    await door.#listen(port, address);
    return door;
  }

  private constructor() {
    this.#server = createServer(LIMITS, (request, response) => {
      const path = request.url ?? '';
      const answer = path.startsWith(PATH) ? this.#answers.get(path.slice(PATH.length)) : undefined;
      response.setHeader('Connection', 'close');
      if (answer === undefined || request.method !== 'GET') {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(answer);
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  answer(token: string, answer: string): void {
    this.#answers.set(token, answer);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #listen(port: number, address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(whyShut(error, port)));
      // What happens to a door that is open, such as too many files, concerns the visitor only.
      this.#server.on('error', () => undefined);
      this.#server.listen({ port, host: address }, () => resolve());
    });
  }
}

function whyShut(error: NodeJS.ErrnoException, port: number): AcmeError {
  const elsewhere = 'Or prove the domain by DNS (dns-01), which needs no port.';
  if (error.code === 'EADDRINUSE')
    return new AcmeError(
      'port-taken',
      `Port ${port} is taken by another program, so the authority would not find Snug.`,
      {
        fix: `Stop the other web server while the certificate is asked for. ${elsewhere}`,
        cause: error,
      },
    );
  if (error.code === 'EACCES')
    return new AcmeError('port-taken', `The operating system does not let Snug open port ${port}.`, {
      fix: `Let the router forward its port 80 to a port above 1023 of this computer, and set acme.httpPort to that. ${elsewhere}`,
      cause: error,
    });
  return new AcmeError('port-taken', `Port ${port} cannot be opened: ${error.message}.`, {
    fix: elsewhere,
    cause: error,
  });
}

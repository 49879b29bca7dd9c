/** The proxy's own port. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** Lets the system notice peers that vanished without a word. */
const KEEPALIVE_MS = 60_000;

export interface ProxyListener {
  readonly port: number;
  /** Takes no new connections. */
  close(): void;
}

/** Listens. Rejects with the system's error, its `code` and its `port`. */
export async function listen(address: string, port: number, accept: (socket: Socket) => void): Promise<ProxyListener> {
  // Half-open, since one direction may be done before the other.
  const server = createServer({
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEPALIVE_MS,
  });
  server.on('connection', accept);
  try {
    await open(server, address, port);
  } catch (error) {
    // A computer without IPv6 has no `::`; everybody can still be reached by IPv4.
    if (address !== '::' || codeOf(error) !== 'EAFNOSUPPORT') throw error;
    await open(server, '0.0.0.0', port);
  }
  server.on('error', () => undefined); // a connection that could not be taken: its client tries again
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has an address');
  return { port: bound.port, close: () => server.close() };
}

/** What is wrong and what to do about it, as a sentence for people. */
export function explain(error: unknown, port: number): string {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `Files cannot be relayed: port ${port} is in use by another program. Choose another port with proxy.port.`;
    case 'EACCES':
      return `Files cannot be relayed: this user may not listen on port ${port}. Choose one above 1023 with proxy.port.`;
    default:
      return `Files cannot be relayed: listening on port ${port} failed.`;
  }
}

async function open(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port });
  await once(server, 'listening'); // rejects with `error`
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

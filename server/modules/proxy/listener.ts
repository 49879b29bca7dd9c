/** The proxy's own port. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Problem } from '../../modulehost/module.ts';

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

/** Why files are not relayed, in sentences for people. */
export function explain(error: unknown, port: number): Problem {
  const code = 'proxy-port';
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return {
        code,
        text: `Files cannot be relayed: port ${port} is in use by another program.`,
        fix: 'Choose another port with proxy.port and restart the server.',
      };
    case 'EACCES':
      return {
        code,
        text: `Files cannot be relayed: this user may not listen on port ${port}.`,
        fix: 'Choose one above 1023 with proxy.port and restart the server.',
      };
    default:
      return {
        code,
        text: `Files cannot be relayed: listening on port ${port} failed.`,
        fix: 'The log says more. Choose another port with proxy.port, or switch the proxy off there.',
      };
  }
}

async function open(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port });
  await once(server, 'listening'); // rejects with `error`
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

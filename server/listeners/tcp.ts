/** TCP listeners for client streams. */
import { createServer, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from '../log/log.ts';
import type { Transport } from '../stream/transport.ts';
import { SocketTransport } from './socket-transport.ts';
import type { ServerTls } from './tls.ts';

export interface TcpListenerOptions {
  /** IP address; `::` takes IPv4 as well. */
  readonly address: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** True when TLS begins with the first byte (XEP-0368). */
  readonly isDirectTls: boolean;
  /** Asked for each connection, so that a renewed certificate takes effect at once. */
  readonly tls: () => ServerTls;
  /** Puts a stream on each new connection. */
  readonly streams: { open(transport: Transport): unknown };
  readonly log: Logger;
}

export interface TcpListener {
  readonly port: number;
  /** Takes no new connections; those that are open go on. */
  close(): void;
}

/** Listens. Rejects with the system's error, its `code` and its `port` (`EADDRINUSE`, `EACCES` …). */
export async function listenTcp(options: TcpListenerOptions): Promise<TcpListener> {
  const server = createServer({ pauseOnConnect: false }, (socket) => {
    const transport = new SocketTransport(socket, options.tls());
    options.streams.open(transport);
    if (options.isDirectTls) transport.startDirectTls();
    else transport.start();
  });
  const address = await listenOn(server, options.address, options.port);
  server.on('error', (error) => options.log.error({ err: error, port: address.port }, 'listening failed'));
  return { port: address.port, close: () => server.close() };
}

/** A stream on a connection to another port, which is encrypted already. */
export function openSecured(socket: TLSSocket, { streams, tls }: Pick<TcpListenerOptions, 'streams' | 'tls'>): void {
  const transport = new SocketTransport(socket, tls());
  streams.open(transport);
  transport.startSecured(socket);
}

/** Listens on all of IPv4 where `::` was asked for and this computer has no IPv6. Rejects with the system's error. */
export async function listenOn(server: Server, host: string, port: number): Promise<{ readonly port: number }> {
  try {
    await tryListening(server, host, port);
  } catch (error) {
    // A computer without IPv6 has no `::`; everybody can still be reached by IPv4.
    if (host !== '::' || !isAddressFamilyMissing(error)) throw error;
    await tryListening(server, '0.0.0.0', port);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address');
  return address;
}

function tryListening(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port }, () => {
    server.off('error', reject);
    resolve();
  });
  return promise;
}

export function isAddressFamilyMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(String(error.code));
}

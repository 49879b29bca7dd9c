/** TLS from the first byte between servers (XEP-0368). */
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

/** XEP-0368 section 3: what the server is told is going to be spoken. */
export const ALPN_SERVER = 'xmpp-server';

/**
 * The handshake on a connected socket, with `domain` (A-labels) in SNI. Whom the certificate names is judged by the
 * caller, who may trust what no authority has signed.
 */
export function startDirectTls(
  socket: Socket,
  domain: string,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = connect({
      ...options,
      ...(isIP(domain) === 0 ? { servername: domain } : {}),
      socket,
      ALPNProtocols: [ALPN_SERVER],
      rejectUnauthorized: false,
    });
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', abort);
      secured.on('error', () => {}); // whatever else comes of a socket that is given up
      secured.destroy();
      socket.destroy();
      reject(error);
    };
    const abort = () => fail(signal.reason);
    const closed = () => fail(new Error('the connection was closed during the TLS handshake'));
    signal.addEventListener('abort', abort, { once: true });
    secured.once('error', fail);
    secured.once('close', closed);
    secured.once('secureConnect', () => {
      signal.removeEventListener('abort', abort);
      secured.off('error', fail).off('close', closed);
      resolve(secured);
    });
  });
}

/**
 * RFC 7395: XMPP over WebSocket. Where a client asks for it, and what becomes of the connection.
 *
 * Messages are never compressed: what others send would be compressed together with what must stay secret, and the size
 * would tell an eavesdropper which is which.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../clock/clock.ts';
import type { WebUpgrade } from '../../modulehost/web.ts';
import type { TlsState, Transport } from '../../stream/transport.ts';
import { WebSocketTransport } from './websocket-transport.ts';

export const WEBSOCKET_PATH = '/xmpp-websocket';
const SUBPROTOCOL = 'xmpp';
/** How often silent peers are looked after. As with TCP: lets us notice those that vanished without a word. */
const PROBE_MS = 60_000;
/** For the peer's half of the closing handshake. */
const CLOSING_MS = 5_000;

export interface WebSocketsOptions {
  readonly clock: Clock;
  readonly open: (transport: Transport) => void;
  /** Undefined for a connection in plain text, which is refused. */
  readonly tlsOf: (socket: Duplex) => TlsState | undefined;
}

export interface WebSockets {
  readonly upgrade: WebUpgrade;
  /** Stops looking after silent peers; the streams are ended by whoever has them. */
  close(): void;
}

export function createWebSockets({ clock, open, tlsOf }: WebSocketsOptions): WebSockets {
  const transports = new Set<WebSocketTransport>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
    // Both are the stream's business, which answers with an error that says what was wrong.
    maxPayload: 0,
    skipUTF8Validation: true,
    // @ts-expect-error The types do not know it yet.
    closeTimeout: CLOSING_MS,
  });
  const probing = clock.every(PROBE_MS, () => {
    for (const transport of transports) transport.probe();
  });

  function accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const tls = tlsOf(socket);
    if (tls === undefined || !offersXmpp(request)) {
      refuse(socket);
      return;
    }
    const remoteAddress = request.socket.remoteAddress ?? '';
    server.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      const transport = new WebSocketTransport({ webSocket, socket, tls, remoteAddress });
      transports.add(transport);
      webSocket.on('close', () => transports.delete(transport));
      open(transport);
    });
  }

  return { upgrade: { path: WEBSOCKET_PATH, accept }, close: () => probing.cancel() };
}

/** Section 3.1: `xmpp` must be among the protocols that the client names. */
function offersXmpp({ headers }: IncomingMessage): boolean {
  const names = headers['sec-websocket-protocol']?.split(',') ?? [];
  return names.some((name) => name.trim() === SUBPROTOCOL);
}

function refuse(socket: Duplex): void {
  // SECURITY: nobody else ends the other half, and a peer could collect such connections.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\nContent-Length: 0\r\n\r\n`,
  );
}

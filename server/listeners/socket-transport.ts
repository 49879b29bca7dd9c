/** A stream's transport over TCP, with TLS from the first byte or when the client asks for it. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TlsState, Transport, TransportEvents } from '../stream/transport.ts';
import { readTlsState, type ServerTls } from './tls.ts';

/** XEP-0368 section 4: the ALPN name of client streams. */
export const ALPN_CLIENT = 'xmpp-client';
/** Lets the system notice peers that vanished without a word, where stream management does not. */
const KEEPALIVE_MS = 60_000;

export class SocketTransport implements Transport {
  readonly remoteAddress: string;
  events: TransportEvents | undefined;
  #socket: Socket;
  #tls: TlsState | undefined;
  readonly #serverTls: ServerTls;
  #isClosed = false;

  constructor(socket: Socket, serverTls: ServerTls) {
    this.#socket = socket;
    this.#serverTls = serverTls;
    this.remoteAddress = socket.remoteAddress ?? '';
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEPALIVE_MS);
  }

  get tls(): TlsState | undefined {
    return this.#tls;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  /** Begins to read in plain text, for a client that will ask for STARTTLS. */
  start(): void {
    this.#listen(this.#socket);
  }

  /** Begins with the TLS handshake (XEP-0368). */
  startDirectTls(): void {
    this.#handshake([ALPN_CLIENT]);
  }

  /** Goes on behind a handshake that somebody else has made. */
  startSecured(socket: TLSSocket): void {
    this.#tls = readTlsState(socket);
    this.#listen(socket);
  }

  startTls(): void {
    this.#socket.removeAllListeners();
    this.#handshake(undefined);
  }

  write(text: string): void {
    if (!this.#isClosed && this.#socket.writable) this.#socket.write(text);
  }

  end(): void {
    this.#socket.end();
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #handshake(alpn: readonly string[] | undefined): void {
    const plain = this.#socket;
    const socket = new TLSSocket(plain, {
      isServer: true,
      secureContext: this.#serverTls.context,
      ...(alpn && { ALPNProtocols: [...alpn] }),
    });
    this.#socket = socket;
    // An error of the plain socket below comes out of the TLS socket as well; here it must only not be unhandled.
    plain.on('error', () => undefined);
    socket.once('secure', () => {
      this.#tls = readTlsState(socket);
      this.events?.secured();
    });
    this.#listen(socket);
  }

  #listen(socket: Socket): void {
    let reason = 'closed by the peer';
    socket.on('data', (chunk: Buffer) => this.events?.received(chunk));
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => this.#close(reason));
    socket.on('end', () => this.events?.ended());
  }

  #close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.events?.closed(reason);
  }
}

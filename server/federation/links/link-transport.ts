/** What carries a stream between servers: TCP, with TLS in either role. */
import type { Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { TlsState, Transport, TransportEvents } from '../../stream/transport.ts';
import { type PeerCertificate, readPeerCertificate } from '../trust/peer-certificate.ts';
import type { LinkIdentity } from './link-options.ts';

/** XEP-0368 section 4. */
const ALPN_SERVER = 'xmpp-server';
/** Lets the system notice peers that vanished without a word. */
const KEEPALIVE_MS = 60_000;
/** Read in one go: the hundreds of stanzas in a chunk of 64 kB would keep everybody else waiting for tens of milliseconds. */
const SLICE_BYTES = 8_192;

export interface LinkTransportOptions {
  readonly socket: Socket;
  /** The role in TLS: who dialled is the client. */
  readonly role: 'client' | 'server';
  readonly identity: () => LinkIdentity;
  /** The domain that was dialled, as A-labels; of the role `client` only. */
  readonly serverName?: string;
}

export class LinkTransport implements Transport {
  readonly remoteAddress: string;
  events: TransportEvents | undefined;
  readonly #options: LinkTransportOptions;
  #socket: Socket;
  #tls: TlsState | undefined;
  #certificate: PeerCertificate | undefined;
  #isHandshaking = false;
  #isClosed = false;
  #isPaused = false;
  /** What the socket has given and nobody has read yet; meanwhile it rests. */
  #unread: Buffer | undefined;

  constructor(options: LinkTransportOptions) {
    const { socket } = options;
    this.#options = options;
    this.#socket = socket;
    this.remoteAddress = socket.remoteAddress ?? '';
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEPALIVE_MS);
  }

  get tls(): TlsState | undefined {
    return this.#tls;
  }

  /** What the peer showed in the handshake; undefined when nothing. */
  get certificate(): PeerCertificate | undefined {
    return this.#certificate;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  /** Bytes that the operating system has taken so far. */
  get takenBytes(): number {
    return (this.#socket.bytesWritten ?? 0) - this.#socket.writableLength;
  }

  /** Begins to read: behind a finished handshake when the socket is of TLS, else in plain text. */
  start(): void {
    if (this.#socket instanceof TLSSocket) this.#readHandshake(this.#socket);
    this.#listen(this.#socket);
  }

  startTls(): void {
    const { role, identity, serverName } = this.#options;
    const plain = this.#socket;
    this.#unread = undefined; // SECURITY: what came in plain text must not be taken for what is encrypted
    plain.removeAllListeners();
    // An error of the plain socket below comes out of the TLS socket as well; here it must only not be unhandled.
    plain.on('error', () => undefined);
    const { context } = identity();
    // SECURITY: whether the certificate is good enough is judged afterwards, by name and policy; a refused handshake
    // could not say why.
    const socket =
      role === 'server'
        ? new TLSSocket(plain, {
            isServer: true,
            secureContext: context,
            requestCert: true,
            rejectUnauthorized: false,
            ALPNProtocols: [ALPN_SERVER],
          })
        : connectTls({
            socket: plain,
            secureContext: context,
            rejectUnauthorized: false,
            checkServerIdentity: () => undefined,
            ...(serverName !== undefined && { servername: serverName }),
          });
    this.#socket = socket;
    this.#isHandshaking = true;
    socket.once(role === 'server' ? 'secure' : 'secureConnect', () => {
      this.#isHandshaking = false;
      this.#readHandshake(socket);
      this.events?.secured();
    });
    this.#listen(socket);
  }

  write(text: string): void {
    if (!this.#isClosed && this.#socket.writable) this.#socket.write(text);
  }

  end(): void {
    this.#unread = undefined;
    // An end would wait for a handshake that nobody goes on with.
    if (this.#isHandshaking) {
      this.#socket.destroy();
      return;
    }
    this.#socket.end();
    this.#socket.resume();
  }

  destroy(): void {
    this.#unread = undefined;
    this.#socket.destroy();
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#unread === undefined) this.#socket.resume();
    else setImmediate(() => this.#readOn());
  }

  #read(chunk: Buffer): void {
    if (this.#unread === undefined && chunk.length <= SLICE_BYTES) {
      this.events?.received(chunk);
      return;
    }
    this.#unread = this.#unread === undefined ? chunk : Buffer.concat([this.#unread, chunk]);
    this.#socket.pause();
    setImmediate(() => this.#readOn());
  }

  /** One slice, then everybody else's turn. */
  #readOn(): void {
    if (this.#isPaused || !this.#readSlice()) return;
    if (this.#unread !== undefined) setImmediate(() => this.#readOn());
    else if (!this.#isPaused && !this.#isClosed) this.#socket.resume();
  }

  #readSlice(): boolean {
    const unread = this.#unread;
    if (unread === undefined) return false;
    this.#unread = unread.length > SLICE_BYTES ? unread.subarray(SLICE_BYTES) : undefined;
    this.events?.received(unread.subarray(0, SLICE_BYTES));
    return true;
  }

  #readHandshake(socket: TLSSocket): void {
    this.#tls = {
      version: socket.getProtocol() ?? 'unknown',
      cipher: socket.getCipher().name,
      channelBindingTypes: [],
      channelBinding: () => undefined,
    };
    try {
      this.#certificate = readPeerCertificate(socket, this.#options.role === 'client' ? 'server' : 'client');
    } catch {
      this.#certificate = undefined; // one that cannot be read proves as much as none
    }
  }

  #listen(socket: Socket): void {
    let reason = 'the connection was closed';
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => this.#close(reason));
    socket.on('end', () => this.events?.ended());
  }

  #close(reason: string): void {
    if (this.#isClosed) return;
    while (this.#readSlice());
    this.#isClosed = true;
    this.events?.closed(reason);
  }
}

/** A stream's transport over a WebSocket (RFC 7395): every first-level element is a text message of its own. */
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { flushSoon } from '../../stream/flush-queue.ts';
import type { Framing } from '../../stream/framing.ts';
import { type ServerHeader, serverHeaderAttributes } from '../../stream/header.ts';
import { NS_STREAMS, StreamError } from '../../stream/stream-error.ts';
import type { TlsState, Transport, TransportEvents } from '../../stream/transport.ts';
import type { ReaderEvents, ReaderLimits } from '../../xml/reader.ts';
import { MessageReader, NS_FRAMING } from './message-reader.ts';

/** What a frame says before its content (RFC 6455 section 5.2), at most. */
const FRAME_HEAD_BYTES = 14;
/** What a client's control frame says: two bytes and the mask. */
const CONTROL_HEAD_BYTES = 6;

export interface WebSocketConnection {
  readonly webSocket: WebSocket;
  /** What the WebSocket runs over. */
  readonly socket: Duplex;
  readonly tls: TlsState;
  readonly remoteAddress: string;
}

export class WebSocketTransport implements Transport {
  readonly remoteAddress: string;
  readonly tls: TlsState;
  readonly framing: Framing;
  events: TransportEvents | undefined;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  #reader: MessageReader | undefined;
  #isCorked = false;
  /** Bytes that came since the last complete message, but for those in the same chunk. */
  #partialBytes = 0;
  #isMessageComplete = false;
  #isEnding = false;
  /** Whether anything came since the last `probe`, and whether that one asked. */
  #isAlive = true;
  #isAsked = false;

  constructor({ webSocket, socket, tls, remoteAddress }: WebSocketConnection) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.tls = tls;
    this.remoteAddress = remoteAddress;
    this.framing = {
      scope: '',
      streamsDeclaration: ` xmlns:stream='${NS_STREAMS}'`,
      isPiecewise: true,
      footer: `<close xmlns='${NS_FRAMING}'/>`,
      header: openTag,
      createReader: (events, limits) => this.#createReader(events, limits),
    };
    this.#listen();
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  write(text: string): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      flushSoon(this);
    }
    this.#webSocket.send(text);
  }

  /** All messages of one turn leave in one write. */
  flush(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#socket.uncork();
  }

  end(): void {
    this.#isEnding = true;
    this.#webSocket.close(1000);
    this.flush();
    this.resume();
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  startTls(): void {
    throw new Error('a WebSocket is encrypted below'); // RFC 7395 section 3.9
  }

  /** Asks a peer that has been silent since the last time; drops the one that did not answer. */
  probe(): void {
    if (this.#webSocket.isPaused) return; // nothing is read, no answer either
    if (this.#isAlive) {
      this.#isAsked = false;
    } else if (this.#isAsked) {
      this.destroy();
    } else if (this.#webSocket.readyState === WebSocket.OPEN) {
      this.#isAsked = true;
      this.#webSocket.ping();
    }
    this.#isAlive = false;
  }

  #createReader(events: ReaderEvents, limits: ReaderLimits): MessageReader {
    this.#reader = new MessageReader(events, limits);
    return this.#reader;
  }

  #listen(): void {
    const webSocket = this.#webSocket;
    let reason = 'closed by the peer';
    webSocket.on('message', (message: Buffer, isBinary) => {
      this.#isMessageComplete = true;
      if (isBinary)
        this.events?.violated?.(new StreamError('bad-format', 'A message is text.')); // section 3.2
      else this.events?.received(message);
    });
    webSocket.on('ping', (content: Buffer) => this.#discount(content));
    webSocket.on('pong', (content: Buffer) => this.#discount(content));
    webSocket.on('error', (error) => {
      reason = error.message;
    });
    webSocket.on('close', () => this.events?.closed(reason));
    // Behind the listener of the WebSocket itself: what it makes of the chunk is known here.
    this.#socket.on('data', (chunk: Buffer) => this.#count(chunk.length));
  }

  /** SECURITY: a message is held until it is complete, and must not grow beyond what its stream takes. */
  #count(bytes: number): void {
    this.#isAlive = true;
    this.#partialBytes = this.#isMessageComplete ? 0 : this.#partialBytes + bytes;
    this.#isMessageComplete = false;
    const maxBytes = this.#reader?.limits.maxStanzaBytes;
    if (maxBytes === undefined || this.#partialBytes <= maxBytes + FRAME_HEAD_BYTES) return;
    this.#partialBytes = 0;
    if (this.#isEnding) this.destroy();
    else this.#violated(maxBytes);
  }

  /** Pings and pongs may come between the parts of a message and are none. */
  #discount(content: Buffer): void {
    this.#partialBytes -= CONTROL_HEAD_BYTES + content.length;
  }

  #violated(maxBytes: number): void {
    this.events?.violated?.(new StreamError('policy-violation', `A message is larger than ${maxBytes} bytes.`));
  }
}

function openTag(header: ServerHeader): string {
  return `<open xmlns='${NS_FRAMING}'${serverHeaderAttributes(header)}/>`;
}

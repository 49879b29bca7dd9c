/**
 * The part that every stream between programs has in common: bytes in, elements out, one write per turn, an orderly end.
 * What the elements mean is for whoever holds the stream.
 */
import type { Element } from '../xml/element.ts';
import { type ReaderEvents, type ReaderLimits, XmlReader } from '../xml/reader.ts';
import { flushSoon } from './flush-queue.ts';
import type { Transport } from './transport.ts';

const FOOTER = '</stream:stream>';
/** Requests that are being carried out at a time. RFC 6120 section 10.1 asks for order between two addresses, not between all. */
const MAX_PENDING = 64;

export interface ElementStreamEvents {
  opened: ReaderEvents['streamOpened'];
  /** A promise is counted: while too many of them are pending nothing further is read. */
  arrived(element: Element): void | Promise<void>;
  /** The peer has ended its direction of the stream with `</stream:stream>`. */
  closedByPeer(): void;
  /** A chunk came in, of that many bytes; before what it says is told. */
  heard?(bytes: number): void;
  /** For what should travel with the next write. */
  beforeFlush?(): void;
  /** TLS has been negotiated. */
  secured?(): void;
  /** An XmlError of the peer's, or a fault of our own: closing is for the holder. */
  failed(error: unknown): void;
  /** The peer does not read what it is sent. */
  stuck(): void;
  /** Nothing more comes from the peer; `lost`, for a reason of the transport, when it ended without us. Told once. */
  ended(ending: 'closed' | 'lost', reason: string | undefined): void;
  /** The transport is gone. Told once, after `ended`. */
  gone(): void;
}

export interface ElementStreamOptions {
  readonly transport: Transport;
  readonly limits: ReaderLimits;
  /** Bytes that may wait for the socket. */
  readonly maxBufferedBytes: () => number;
  readonly events: ElementStreamEvents;
}

type Phase = 'open' | 'closing' | 'gone';

export class ElementStream {
  readonly #options: ElementStreamOptions;
  readonly #transport: Transport;
  #reader: XmlReader;
  #phase: Phase = 'open';
  #out = '';
  #isEndAnnounced = false;
  #isFlushPlanned = false;
  #pending = 0;
  /** Reasons not to read at the moment. */
  #holds = 0;

  constructor(options: ElementStreamOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#reader = this.#newReader(options.limits);
    options.transport.events = this;
  }

  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  get isGone(): boolean {
    return this.#phase === 'gone';
  }

  /** What the socket has not taken yet, and what has not been given to it. */
  get bufferedBytes(): number {
    return this.#transport.bufferedBytes + this.#out.length;
  }

  set limits(limits: ReaderLimits) {
    this.#reader.limits = limits;
  }

  /** The peer will send a new header; what it sent before that is not read (RFC 6120 section 5.4.3.3). */
  restart(limits: ReaderLimits): void {
    this.#reader.stop();
    this.#reader = this.#newReader(limits);
  }

  /** Writes what is left in plain text, and begins with TLS. What was read behind the last element is thrown away. */
  startTls(limits: ReaderLimits): void {
    this.restart(limits);
    this.#writeOut();
    this.#transport.startTls();
  }

  /** For the next write of this turn. */
  write(xml: string): void {
    if (this.#phase !== 'open' || this.#isEndAnnounced) return;
    this.#out += xml;
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    flushSoon(this);
  }

  /** Writes `xml` and the end of the stream, unless it has been announced, and reads nothing further. */
  close(xml = ''): void {
    if (this.#phase !== 'open') return;
    if (!this.#isEndAnnounced) this.#out += xml + FOOTER;
    this.#end('closed');
    this.#transport.end();
  }

  /**
   * Writes the end of the stream and goes on reading until the peer's (RFC 6120 section 4.4): what it sent before it knew
   * is taken. Then `close` ends it.
   */
  announceEnd(): void {
    if (this.#isEndAnnounced) return;
    this.write(FOOTER);
    this.#isEndAnnounced = true;
    this.flush();
  }

  /** Drops the connection without a word. */
  destroy(): void {
    this.#out = '';
    this.#end('lost');
    this.#transport.destroy();
  }

  /** Reads nothing until `release` has been called as often. */
  hold(): void {
    if (this.#holds++ === 0) this.#transport.pause();
  }

  release(): void {
    if (--this.#holds === 0 && this.#phase === 'open') this.#transport.resume();
  }

  flush(): void {
    this.#isFlushPlanned = false;
    if (this.#phase !== 'open') return;
    this.#options.events.beforeFlush?.();
    this.#writeOut();
    if (this.#transport.bufferedBytes > this.#options.maxBufferedBytes()) this.#options.events.stuck();
  }

  // ---- what the transport tells

  received(chunk: Uint8Array): void {
    if (this.#phase !== 'open') return;
    this.#options.events.heard?.(chunk.length);
    try {
      this.#reader.write(chunk);
    } catch (error) {
      this.#options.events.failed(error);
    }
  }

  secured(): void {
    this.#options.events.secured?.();
  }

  ended(): void {
    if (this.#phase !== 'open') return;
    this.#end('lost', 'the peer ended the connection');
    this.#transport.end();
  }

  closed(reason: string): void {
    if (this.#phase === 'gone') return;
    this.#end('lost', reason);
    this.#phase = 'gone';
    this.#options.events.gone();
  }

  // ---- inside

  #newReader(limits: ReaderLimits): XmlReader {
    const { events } = this.#options;
    return new XmlReader(
      {
        streamOpened: (header, defaultNamespace, prefixes) => events.opened(header, defaultNamespace, prefixes),
        element: (element) => {
          const pending = events.arrived(element);
          if (pending !== undefined) this.#count(pending);
        },
        streamClosed: () => events.closedByPeer(),
      },
      limits,
    );
  }

  #count(pending: Promise<void>): void {
    if (++this.#pending === MAX_PENDING) this.hold();
    const settled = () => {
      if (this.#pending-- === MAX_PENDING) this.release();
    };
    pending.then(settled, (error) => {
      settled();
      this.#options.events.failed(error);
    });
  }

  #end(ending: 'closed' | 'lost', reason?: string): void {
    if (this.#phase !== 'open') return;
    this.#reader.stop();
    this.#writeOut();
    this.#phase = 'closing';
    this.#options.events.ended(ending, reason);
  }

  #writeOut(): void {
    if (this.#out === '' || this.#phase === 'gone') return;
    const text = this.#out;
    this.#out = '';
    this.#transport.write(text);
  }
}

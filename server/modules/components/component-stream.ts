/** One XML stream with a component: header, handshake, then stanzas both ways (XEP-0114 section 3). */
import type { Logger } from '../../log/log.ts';
import { NS_COMPONENT } from '../../stanza/component-namespace.ts';
import { flushSoon } from '../../stream/flush-queue.ts';
import { NS_STREAMS, StreamError } from '../../stream/stream-error.ts';
import type { Transport } from '../../stream/transport.ts';
import type { Element } from '../../xml/element.ts';
import { type ReaderLimits, XmlError, XmlReader } from '../../xml/reader.ts';
import { componentHeader, isHandshake, readComponentHeader } from './header.ts';

const NS_CLIENT = 'jabber:client';
/** A header and forty hexadecimal digits. */
const STRANGER: ReaderLimits = { maxStanzaBytes: 10_000, maxDepth: 4, maxAttributes: 16 };
/** As for clients that have signed in. */
const MAX_DEPTH = 100;
const MAX_ATTRIBUTES = 64;
/** Requests that are being carried out at a time. RFC 6120 section 10.1 asks for order between two addresses, not between all. */
const MAX_PENDING = 64;
/** Characters of an error's text in the log: it may repeat what a stranger sent. */
const MAX_LOGGED_TEXT = 200;

export interface ComponentStreamOptions {
  readonly transport: Transport;
  /** Of the accounts. */
  readonly domain: string;
  readonly id: string;
  readonly maxStanzaBytes: () => number;
  /** Bytes that may wait for the socket. */
  readonly maxBufferedBytes: number;
  readonly nowMs: number;
  readonly log: Logger;
  /** The secret of the component that a header names, or why nobody may connect under this name now. */
  readonly secretOf: (domain: string) => string | StreamError;
  /** The handshake is right: enters the stream, or says why not, as when another one was faster. */
  readonly enter: (stream: ComponentStream) => StreamError | undefined;
  /** The component has been told that it may begin. */
  readonly opened: (stream: ComponentStream) => void;
  readonly receive: (stream: ComponentStream, element: Element) => void | Promise<void>;
  /** Nothing more comes from the component. Told once. */
  readonly ended: (stream: ComponentStream) => void;
  /** The transport is gone. Told once, after `ended`. */
  readonly gone: (stream: ComponentStream) => void;
}

type Phase = 'header' | 'handshake' | 'open' | 'closing' | 'gone';

export class ComponentStream {
  readonly #options: ComponentStreamOptions;
  readonly #reader: XmlReader;
  #phase: Phase = 'header';
  #isHeaderSent = false;
  #secret = '';
  #out = '';
  #isFlushPlanned = false;
  #pending = 0;
  /** Of the component, as its header says; proven once the stream is open. */
  domain = '';
  /** When the connection was made, in milliseconds since 1970. */
  readonly sinceMs: number;

  constructor(options: ComponentStreamOptions) {
    this.#options = options;
    this.sinceMs = options.nowMs;
    this.#reader = new XmlReader(
      {
        streamOpened: (header, defaultNamespace, prefixes) => this.#opened(header, defaultNamespace, prefixes),
        element: (element) => this.#arrived(element),
        streamClosed: () => this.close(),
      },
      STRANGER,
    );
    options.transport.events = this;
  }

  get remoteAddress(): string {
    return this.#options.transport.remoteAddress;
  }

  get isAuthenticated(): boolean {
    return this.#phase === 'open';
  }

  /** Sends a stanza of `jabber:client`: relative to the default namespace of the stream it is one of the component's. */
  send(stanza: Element): void {
    this.#write(stanza.toXml(NS_CLIENT));
  }

  /** Ends the stream with an error, or politely without. */
  close(error?: StreamError): void {
    if (this.#phase === 'closing' || this.#phase === 'gone') return;
    if (!this.#isHeaderSent) this.#sendHeader(this.#options.domain);
    if (error !== undefined) {
      this.#write(error.toXml());
      this.#options.log.warn(
        {
          component: this.domain,
          address: this.remoteAddress,
          condition: error.condition,
          text: error.text?.slice(0, MAX_LOGGED_TEXT),
        },
        'stream of a component closed with an error',
      );
    }
    this.#write('</stream:stream>');
    this.#end();
    this.#options.transport.end();
  }

  /** Drops the connection without a word. */
  destroy(): void {
    this.#out = '';
    this.#end();
    this.#options.transport.destroy();
  }

  flush(): void {
    this.#isFlushPlanned = false;
    this.#writeOut();
    if (this.#options.transport.bufferedBytes <= this.#options.maxBufferedBytes || !this.#isOpen) return;
    this.#options.log.warn({ component: this.domain }, 'a component that does not read was let go');
    this.destroy();
  }

  // ---- what the transport tells

  received(chunk: Uint8Array): void {
    if (!this.#isOpen) return;
    try {
      this.#reader.write(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** There is no TLS on this stream. */
  secured(): void {}

  ended(): void {
    if (!this.#isOpen) return;
    this.#end();
    this.#options.transport.end();
  }

  closed(): void {
    if (this.#phase === 'gone') return;
    this.#end();
    this.#phase = 'gone';
    this.#options.gone(this);
  }

  // ---- what the reader tells

  #opened(header: Element, defaultNamespace: string, prefixes: ReadonlyMap<string, string>): void {
    const domain = readComponentHeader(header, defaultNamespace, prefixes);
    if (domain instanceof StreamError) {
      this.close(domain);
      return;
    }
    const secret = this.#options.secretOf(domain);
    if (secret instanceof StreamError) {
      this.close(secret);
      return;
    }
    this.domain = domain;
    this.#secret = secret;
    this.#sendHeader(domain);
    this.#phase = 'handshake';
  }

  #arrived(element: Element): void {
    // RFC 6120 section 4.9.1.1: whoever gets a stream error closes, and answers it with none.
    if (element.is('error', NS_STREAMS)) {
      this.close();
      return;
    }
    if (this.#phase === 'handshake') {
      this.#prove(element);
      return;
    }
    const pending = this.#options.receive(this, element);
    if (pending !== undefined) this.#count(pending);
  }

  #prove(element: Element): void {
    const { id, enter, opened, maxStanzaBytes } = this.#options;
    if (!element.is('handshake', NS_COMPONENT)) {
      this.close(new StreamError('not-authorized', 'The handshake comes first.'));
      return;
    }
    if (!isHandshake(element.text(), id, this.#secret)) {
      this.close(new StreamError('not-authorized', 'The handshake is wrong. Is the secret the right one?'));
      return;
    }
    const refusal = enter(this);
    if (refusal !== undefined) {
      this.close(refusal);
      return;
    }
    this.#phase = 'open';
    this.#reader.limits = { maxStanzaBytes: maxStanzaBytes(), maxDepth: MAX_DEPTH, maxAttributes: MAX_ATTRIBUTES };
    this.#write('<handshake/>');
    opened(this);
  }

  #count(pending: Promise<void>): void {
    const { transport } = this.#options;
    if (++this.#pending === MAX_PENDING) transport.pause();
    const settled = () => {
      if (this.#pending-- === MAX_PENDING && this.#isOpen) transport.resume();
    };
    pending.then(settled, (error) => {
      settled();
      this.#fail(error);
    });
  }

  // ---- ends

  get #isOpen(): boolean {
    return this.#phase !== 'closing' && this.#phase !== 'gone';
  }

  #fail(error: unknown): void {
    if (error instanceof XmlError) {
      this.close(new StreamError(error.condition, error.message));
      return;
    }
    this.#options.log.error({ err: error, component: this.domain }, 'a stream failed by a fault of the server');
    this.close(new StreamError('internal-server-error'));
  }

  #sendHeader(from: string): void {
    this.#isHeaderSent = true;
    this.#write(componentHeader(from, this.#options.id));
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#reader.stop();
    this.#writeOut();
    this.#phase = 'closing';
    this.#options.ended(this);
  }

  #write(xml: string): void {
    if (!this.#isOpen) return;
    this.#out += xml;
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    flushSoon(this);
  }

  #writeOut(): void {
    if (this.#out === '' || this.#phase === 'gone') return;
    const text = this.#out;
    this.#out = '';
    this.#options.transport.write(text);
  }
}

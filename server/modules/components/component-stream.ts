/** One XML stream with a component: header, handshake, then stanzas both ways (XEP-0114 section 3). */
import type { Logger } from '../../log/log.ts';
import { NS_COMPONENT } from '../../stanza/component-namespace.ts';
import { ElementStream } from '../../stream/element-stream.ts';
import { NS_STREAMS, StreamError } from '../../stream/stream-error.ts';
import type { Transport } from '../../stream/transport.ts';
import type { Element } from '../../xml/element.ts';
import { type ReaderLimits, XmlError } from '../../xml/reader.ts';
import { componentHeader, isHandshake, readComponentHeader } from './header.ts';

const NS_CLIENT = 'jabber:client';
/** A header and forty hexadecimal digits. */
const STRANGER: ReaderLimits = { maxStanzaBytes: 10_000, maxDepth: 4, maxAttributes: 16 };
/** As for clients that have signed in. */
const MAX_DEPTH = 100;
const MAX_ATTRIBUTES = 64;
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

type Phase = 'header' | 'handshake' | 'open' | 'ended';

export class ComponentStream {
  readonly #options: ComponentStreamOptions;
  readonly #elements: ElementStream;
  #phase: Phase = 'header';
  #isHeaderSent = false;
  #secret = '';
  /** Of the component, as its header says; proven once the stream is open. */
  domain = '';
  /** When the connection was made, in milliseconds since 1970. */
  readonly sinceMs: number;

  constructor(options: ComponentStreamOptions) {
    this.#options = options;
    this.sinceMs = options.nowMs;
    this.#elements = new ElementStream({
      transport: options.transport,
      limits: STRANGER,
      maxBufferedBytes: () => options.maxBufferedBytes,
      events: {
        opened: (header, defaultNamespace, prefixes) => this.#opened(header, defaultNamespace, prefixes),
        arrived: (element) => this.#arrived(element),
        closedByPeer: () => this.close(),
        failed: (error) => this.#fail(error),
        stuck: () => this.#stuck(),
        ended: () => this.#ended(),
        gone: () => options.gone(this),
      },
    });
  }

  get remoteAddress(): string {
    return this.#options.transport.remoteAddress;
  }

  get isAuthenticated(): boolean {
    return this.#phase === 'open';
  }

  /** Sends a stanza of `jabber:client`: relative to the default namespace of the stream it is one of the component's. */
  send(stanza: Element): void {
    this.#elements.write(stanza.toXml(NS_CLIENT));
  }

  /** Ends the stream with an error, or politely without. */
  close(error?: StreamError): void {
    if (!this.#elements.isOpen) return;
    if (!this.#isHeaderSent) this.#sendHeader(this.#options.domain);
    if (error !== undefined) {
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
    this.#elements.close(error?.toXml());
  }

  /** Drops the connection without a word. */
  destroy(): void {
    this.#elements.destroy();
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

  #arrived(element: Element): void | Promise<void> {
    // RFC 6120 section 4.9.1.1: whoever gets a stream error closes, and answers it with none.
    if (element.is('error', NS_STREAMS)) {
      this.close();
      return;
    }
    if (this.#phase === 'handshake') {
      this.#prove(element);
      return;
    }
    return this.#options.receive(this, element);
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
    this.#elements.limits = { maxStanzaBytes: maxStanzaBytes(), maxDepth: MAX_DEPTH, maxAttributes: MAX_ATTRIBUTES };
    this.#elements.write('<handshake/>');
    opened(this);
  }

  // ---- ends

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
    this.#elements.write(componentHeader(from, this.#options.id));
  }

  #stuck(): void {
    this.#options.log.warn({ component: this.domain }, 'a component that does not read was let go');
    this.destroy();
  }

  #ended(): void {
    this.#phase = 'ended';
    this.#options.ended(this);
  }
}

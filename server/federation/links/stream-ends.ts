/** All the ways in which a stream between servers comes to its end (RFC 6120 sections 4.4 and 4.9), each with its sentence. */
import type { Timer } from '../../clock/clock.ts';
import type { ElementStream } from '../../stream/element-stream.ts';
import { StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import { XmlError } from '../../xml/reader.ts';
import type { LinkStream } from './link-stream.ts';
import type { LinkTransport } from './link-transport.ts';
import type { StreamHome } from './stream-home.ts';

/** Characters of an error's text in the log and in sentences: it may repeat what a stranger sent. */
const MAX_TEXT = 200;

export interface StreamEndsOptions {
  readonly stream: LinkStream;
  readonly elements: ElementStream;
  readonly transport: LinkTransport;
  readonly home: StreamHome;
}

export class StreamEnds {
  readonly #options: StreamEndsOptions;
  #isBegun = false;
  #isAnnounced = false;
  /** Until the stream is usable, and then until it is gone. */
  #patience: Timer | undefined;

  constructor(options: StreamEndsOptions) {
    this.#options = options;
    const { clock, limits } = options.home.options;
    this.#patience = clock.after(limits().negotiationMs, () => this.#tooSlow());
  }

  /** Nothing new should be put on the stream. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** The negotiation is over in time. */
  negotiated(): void {
    this.#patience?.cancel();
  }

  /** Ends the stream with an error. */
  fail(error: StreamError): void {
    const { stream, elements, home } = this.#options;
    if (!elements.isOpen) return;
    this.#isBegun = true;
    const { condition, text } = error;
    stream.ending ??= `${this.#peerName} was cut off: ${(text ?? condition).slice(0, MAX_TEXT)}`;
    home.options.log.warn(
      { domain: stream.remote, address: stream.remoteAddress, condition, text: text?.slice(0, MAX_TEXT) },
      'stream with a server closed with an error',
    );
    stream.ensureHeader();
    elements.close(error.toXml());
  }

  /** Ends the stream politely: acknowledges, says goodbye, and takes what is on its way until the peer's goodbye. */
  close(): void {
    const { stream, elements } = this.#options;
    if (!elements.isOpen || this.#isBegun) return;
    this.#isBegun = true;
    this.#waitForEnd();
    stream.management.acknowledge().then(() => {
      if (!elements.isOpen) return;
      this.#isAnnounced = true;
      stream.ensureHeader();
      elements.announceEnd();
    });
  }

  /** The peer has sent an error (RFC 6120 section 4.9.1.1: whoever gets one closes, and answers it with none). */
  cutOff(error: Element): void {
    const { stream, elements, home } = this.#options;
    const condition = error.elements.find((child) => child.name !== 'text')?.name ?? 'undefined-condition';
    const text = error.elements
      .find((child) => child.name === 'text')
      ?.text()
      .slice(0, MAX_TEXT);
    stream.ending = `${this.#peerName} closed the stream: ${text ?? condition}`;
    home.options.log.info(
      { domain: stream.remote, address: stream.remoteAddress, condition, text },
      'a server closed its stream with an error',
    );
    this.#isBegun = true;
    stream.ensureHeader();
    elements.close();
  }

  closedByPeer(): void {
    const { stream, elements } = this.#options;
    if (this.#isAnnounced) {
      elements.close();
      return;
    }
    this.#isBegun = true;
    this.#waitForEnd();
    stream.management.acknowledge().then(() => {
      stream.ensureHeader();
      elements.close();
    });
  }

  /** What the peer sent is no XML, or our own code is at fault. */
  failed(error: unknown): void {
    if (error instanceof XmlError) {
      this.fail(new StreamError(error.condition, error.message));
      return;
    }
    const { stream, home } = this.#options;
    home.options.log.error({ err: error, domain: stream.remote }, 'a stream failed by a fault of the server');
    this.fail(new StreamError('internal-server-error'));
  }

  stuck(): void {
    const { stream, home } = this.#options;
    home.options.log.warn({ domain: stream.remote }, 'a server that does not read was let go');
    stream.destroy(`${this.#peerName} does not read what it is sent.`);
  }

  ended(ending: 'closed' | 'lost', reason: string | undefined): void {
    const { stream, home } = this.#options;
    if (reason !== undefined) stream.ending ??= `The connection to ${this.#peerName} was lost: ${reason}.`;
    const isLost = ending === 'lost' && !this.#isBegun;
    this.#isBegun = true;
    this.#waitForSocket();
    stream.dialback.end();
    home.ended(stream, isLost ? 'lost' : 'closed');
  }

  gone(): void {
    this.#patience?.cancel();
    this.#options.home.gone(this.#options.stream);
  }

  get #peerName(): string {
    const { remote, remoteAddress } = this.#options.stream;
    return remote === '' ? remoteAddress : remote;
  }

  #tooSlow(): void {
    const { stream } = this.#options;
    stream.ending ??= `${this.#peerName} took too long.`;
    // Before the first header there is nobody who would understand an error.
    if (!stream.isSecure && !stream.isHeaderSent) stream.destroy();
    else this.fail(new StreamError('connection-timeout', 'The negotiation took too long.'));
  }

  #waitForEnd(): void {
    const { elements, home } = this.#options;
    this.#patience?.cancel();
    this.#patience = home.options.clock.after(home.options.limits().closingMs, () => elements.close());
  }

  #waitForSocket(): void {
    const { transport, home } = this.#options;
    this.#patience?.cancel();
    this.#patience = home.options.clock.after(home.options.limits().closingMs, () => transport.destroy());
  }
}

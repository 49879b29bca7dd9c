/**
 * One XML stream with a client (RFC 6120 section 4): bytes in, first-level elements out to whoever is due next.
 * Until a resource is bound that is a stream feature; afterwards stanzas go to the session.
 */
import type { Logger } from '../log/log.ts';
import type { Element } from '../xml/element.ts';
import { type ReaderLimits, XmlError } from '../xml/reader.ts';
import type { StreamFeature } from './feature.ts';
import { flushSoon } from './flush-queue.ts';
import { documentFraming, type Framing, type StreamReader } from './framing.ts';
import { readClientHeader } from './header.ts';
import { NS_STREAMS, StreamError } from './stream-error.ts';
import type { Transport } from './transport.ts';

const NS_CLIENT = 'jabber:client';
/** Characters of an error's text in the log: it may repeat what a stranger sent. */
const MAX_LOGGED_TEXT = 200;

/** How a stream came to its end. A session may be resumed only after a `lost` one, or a `shutdown` of the server. */
export type StreamEnding = 'closed' | 'lost' | 'shutdown';

/** Who takes the stanzas once a resource is bound. */
export interface StanzaReceiver {
  /** Full JID of the session. */
  readonly jid: string;
  /** While the promise is pending the stream reads nothing further (RFC 6120 section 10.1: in order). */
  receive(stanza: Element): void | Promise<void>;
  /** Called before each write, for what should travel with it. */
  beforeFlush(): void;
  ended(ending: StreamEnding): void;
}

interface StreamLimits extends ReaderLimits {
  /** Bytes that may wait for the socket: also the answers of stream features count, which no session looks after. */
  readonly maxBufferedBytes: number;
}

export interface StreamOptions {
  readonly transport: Transport;
  readonly domain: string;
  /** In the order in which they are offered. */
  readonly features: readonly StreamFeature[];
  readonly limits: { readonly beforeAuthentication: StreamLimits; readonly authenticated: StreamLimits };
  readonly newId: () => string;
  readonly now: () => number;
  readonly log: Logger;
  /** The transport is gone; nothing further will happen here. */
  readonly gone: (stream: Stream) => void;
}

type Phase = 'header' | 'negotiating' | 'bound' | 'closing' | 'gone';

export class Stream {
  readonly #options: StreamOptions;
  readonly #transport: Transport;
  readonly #framing: Framing;
  #reader: StreamReader;
  #phase: Phase = 'header';
  #isHeaderSent = false;
  #out = '';
  #isFlushPlanned = false;
  #receiver: StanzaReceiver | undefined;
  /** Set while somebody's promise is pending: what was read meanwhile, `undefined` standing for the end of the stream. */
  #waiting: (Element | undefined)[] | undefined;
  readonly startedAtMs: number;
  /** Of the current header; a restart gives a new one (RFC 6120 section 4.7.3). */
  id = '';
  /** Localpart of the account that signed in. */
  account: string | undefined;
  /** The account that the header's `from` names, if it names one here: a claim, and no more (RFC 6120 section 4.7.1). */
  claimedAccount: string | undefined;
  /** xml:lang of the client's header. */
  lang: string | undefined;
  /** The namespace of the only elements that may come while an exchange is under way (XEP-0388 section 2.4). */
  exclusive: string | undefined;
  /** What a feature keeps about this stream while it negotiates, by feature name. */
  readonly negotiation = new Map<string, unknown>();

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#framing = options.transport.framing ?? documentFraming;
    this.startedAtMs = options.now();
    this.#reader = this.#newReader();
    options.transport.events = this;
  }

  get domain(): string {
    return this.#options.domain;
  }

  /** The full JID once a resource is bound, before that the bare JID of the account, if it has signed in. */
  get jid(): string | undefined {
    return this.#receiver?.jid ?? (this.account === undefined ? undefined : `${this.account}@${this.domain}`);
  }

  /** The largest first-level element that may come now, in bytes. */
  get maxStanzaBytes(): number {
    return this.#limits.maxStanzaBytes;
  }

  get transport(): Transport {
    return this.#transport;
  }

  get remoteAddress(): string {
    return this.#transport.remoteAddress;
  }

  get bufferedBytes(): number {
    return this.#transport.bufferedBytes + this.#out.length;
  }

  get isBound(): boolean {
    return this.#phase === 'bound';
  }

  get isOpen(): boolean {
    return this.#phase !== 'closing' && this.#phase !== 'gone';
  }

  /** Queues one first-level element, self-contained in its namespaces, for the next write; with nothing, plans one. */
  write(xml: string): void {
    if (!this.isOpen) return;
    if (!this.#isFlushPlanned) {
      this.#isFlushPlanned = true;
      flushSoon(this);
    }
    if (!this.#framing.isPiecewise) this.#out += xml;
    else if (xml !== '') this.#transport.write(xml);
  }

  send(element: Element): void {
    this.write(element.toXml(this.#framing.scope));
  }

  flush(): void {
    this.#isFlushPlanned = false;
    if (this.#phase === 'bound') this.#receiver?.beforeFlush();
    this.#writeOut();
    if (this.#transport.bufferedBytes <= this.#limits.maxBufferedBytes || !this.isOpen) return;
    this.#options.log.warn({ address: this.remoteAddress }, 'a client that does not read was let go');
    this.destroy();
  }

  /** The account signed in: from the next element on, larger limits apply. */
  authenticated(localpart: string): void {
    this.account = localpart;
    this.negotiation.clear();
    this.exclusive = undefined;
    this.#reader.limits = this.#limits;
  }

  /** What can be negotiated now: after the header, and after the success of XEP-0388, which brings no new header. */
  sendFeatures(): void {
    const offers: Element[] = [];
    for (const feature of this.#options.features) offers.push(...feature.offer(this, offers));
    const { scope, streamsDeclaration } = this.#framing;
    const inside = offers.map((offer) => offer.toXml(scope)).join('');
    this.write(`<stream:features${streamsDeclaration}>${inside}</stream:features>`);
  }

  /** The client will send a new header; what it sent before that is not read (RFC 6120 section 5.4.3.3). */
  restart(): void {
    this.#reader.stop();
    this.#reader = this.#newReader();
    this.#phase = 'header';
    this.#isHeaderSent = false;
    this.#waiting = this.#waiting === undefined ? undefined : [];
  }

  /** From now on stanzas go to `receiver`. */
  bind(receiver: StanzaReceiver): void {
    this.#receiver = receiver;
    this.#phase = 'bound';
  }

  /** Ends the stream with an error, or politely without; `shutdown` is the server's own end (RFC 6120 sections 4.4, 4.9). */
  close(
    error?: { readonly condition: string; readonly text?: string | undefined },
    ending: StreamEnding = 'closed',
  ): void {
    if (!this.isOpen) return;
    if (!this.#isHeaderSent) this.#sendHeader(undefined);
    if (error !== undefined) {
      const streamError = error instanceof StreamError ? error : new StreamError(error.condition, error.text);
      this.write(streamError.toXml(this.#framing.streamsDeclaration));
      this.#options.log.info(
        { address: this.remoteAddress, condition: error.condition, text: error.text?.slice(0, MAX_LOGGED_TEXT) },
        'stream closed with an error',
      );
    }
    this.write(this.#framing.footer);
    this.#end(ending);
    this.#transport.end();
  }

  /** Drops the connection without a word, for peers that do not listen any more. */
  destroy(): void {
    if (this.isOpen) {
      this.#out = '';
      this.#end('lost');
    }
    this.#transport.destroy();
  }

  // ---- what the transport tells

  received(chunk: Uint8Array): void {
    if (!this.isOpen) return;
    try {
      this.#reader.write(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  secured(): void {
    this.#transport.resume();
  }

  violated(error: StreamError): void {
    this.close(error);
  }

  /** Whoever closes without ending the stream is lost, though it may not have read everything yet. */
  ended(): void {
    if (!this.isOpen) return;
    this.#options.log.debug({ address: this.remoteAddress }, 'connection ended by the peer');
    this.#end('lost');
    this.#transport.end();
  }

  closed(reason: string): void {
    if (this.#phase === 'gone') return;
    if (this.#phase !== 'closing') {
      this.#options.log.debug({ address: this.remoteAddress, reason }, 'connection lost');
      this.#end('lost');
    }
    this.#phase = 'gone';
    this.#options.gone(this);
  }

  // ---- what the reader tells

  get #limits(): StreamLimits {
    const { limits } = this.#options;
    return this.account === undefined ? limits.beforeAuthentication : limits.authenticated;
  }

  #newReader(): StreamReader {
    return this.#framing.createReader(
      {
        streamOpened: (header, defaultNamespace, prefixes) => this.#opened(header, defaultNamespace, prefixes),
        element: (element) => this.#arrived(element),
        streamClosed: () => this.#arrived(undefined),
      },
      this.#limits,
    );
  }

  #opened(header: Element, defaultNamespace: string, prefixes: ReadonlyMap<string, string>): void {
    const read = readClientHeader(header, defaultNamespace, prefixes, this.domain);
    if (read instanceof StreamError) {
      this.close(read);
      return;
    }
    this.lang = read.lang;
    this.claimedAccount = read.from?.local || undefined;
    this.#sendHeader(read.from?.bare);
    this.#phase = 'negotiating';
    this.sendFeatures();
  }

  #arrived(element: Element | undefined): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push(element);
      return;
    }
    const pending = this.#dispatch(element);
    if (pending !== undefined) this.#waitFor(pending);
  }

  #waitFor(pending: Promise<void>): void {
    this.#waiting = [];
    this.#transport.pause();
    pending.then(
      () => this.#goOn(),
      (error) => this.#fail(error),
    );
  }

  #goOn(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    try {
      while (waiting.length > 0 && this.isOpen) {
        const pending = this.#dispatch(waiting.shift());
        if (pending !== undefined) {
          this.#waitFor(pending);
          this.#waiting = waiting;
          return;
        }
      }
    } catch (error) {
      this.#fail(error);
    }
    if (this.isOpen) this.#transport.resume();
  }

  #dispatch(element: Element | undefined): void | Promise<void> {
    // RFC 6120 section 4.9.1.1: whoever gets a stream error closes, and answers it with none.
    if (element === undefined || element.is('error', NS_STREAMS)) return this.close();
    if (this.exclusive !== undefined && element.xmlns !== this.exclusive) {
      return this.close(new StreamError('policy-violation', 'Finish signing in before anything else.'));
    }
    if (element.xmlns === NS_CLIENT) {
      return this.#phase === 'bound' ? this.#receiver?.receive(element) : this.#negotiate(element);
    }
    const feature = this.#options.features.find((candidate) => candidate.xmlns === element.xmlns);
    if (feature?.receive !== undefined) return feature.receive(this, element);
    return this.close(
      new StreamError(
        'unsupported-stanza-type',
        `<${element.name}/> of the namespace ${element.xmlns} is not known here.`,
      ),
    );
  }

  /** Before binding only requests that a feature takes may come (RFC 6120 sections 6.3.1 and 7.1). */
  #negotiate(element: Element): void | Promise<void> {
    const payload = element.name === 'iq' ? element.elements[0] : undefined;
    if (payload !== undefined) {
      const feature = this.#options.features.find((candidate) => candidate.requests?.includes(payload.xmlns));
      if (feature?.receiveRequest !== undefined) return feature.receiveRequest(this, element, payload);
    }
    const text = this.account === undefined ? 'Sign in first.' : 'Bind a resource first.';
    return this.close(new StreamError('not-authorized', text));
  }

  // ---- ends

  #fail(error: unknown): void {
    if (error instanceof XmlError) {
      this.close(new StreamError(error.condition, error.message));
      return;
    }
    this.#options.log.error({ err: error, address: this.remoteAddress }, 'a stream failed by a fault of the server');
    this.close(new StreamError('internal-server-error'));
  }

  #sendHeader(to: string | undefined): void {
    this.id = this.#options.newId();
    this.#isHeaderSent = true;
    this.write(this.#framing.header({ domain: this.domain, id: this.id, to }));
  }

  #end(ending: StreamEnding): void {
    this.#reader.stop();
    this.#writeOut();
    this.#phase = 'closing';
    const receiver = this.#receiver;
    this.#receiver = undefined;
    receiver?.ended(ending);
  }

  #writeOut(): void {
    if (this.#out === '' || this.#phase === 'gone') return;
    const text = this.#out;
    this.#out = '';
    this.#transport.write(text);
  }
}

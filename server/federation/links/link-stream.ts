/**
 * One XML stream with another server, whichever of the two opened it (RFC 6120). What is said until the stream may be
 * used is the part of its duty, the incoming or the outgoing one; here is what is the same for both.
 */
import type { Timer } from '../../clock/clock.ts';
import { StanzaError } from '../../stanza/error.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { ElementStream } from '../../stream/element-stream.ts';
import { NS_STREAMS, StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import { type ReaderLimits, XmlError } from '../../xml/reader.ts';
import type { PeerCertificate } from '../trust/peer-certificate.ts';
import { NS_DIALBACK } from './dialback.ts';
import { isStanza } from './inbound.ts';
import { Intake } from './intake.ts';
import type { Proof } from './link-options.ts';
import type { LinkTransport } from './link-transport.ts';
import { Liveness } from './liveness.ts';
import { NS_SM } from './management-elements.ts';
import { ProvenDomains } from './proven-domains.ts';
import type { QueuedStanza } from './queued-stanza.ts';
import { readServerHeader, type ServerStreamHeader, serverStreamHeader } from './server-header.ts';
import { StreamDialback } from './stream-dialback.ts';
import type { StreamHome } from './stream-home.ts';
import { StreamManagement } from './stream-management.ts';

/** Headers, features, keys and a certificate's name; RFC 6120 section 13.12 asks for 10,000 bytes at least. */
const BEFORE_PROOF: ReaderLimits = { maxStanzaBytes: 16_384, maxDepth: 8, maxAttributes: 24 };
/** First-level elements of a peer that has proven nothing: an honest one needs fewer than ten, and one for each question. */
const MAX_UNPROVEN_ELEMENTS = 100;
/** As for clients that have signed in. */
const MAX_DEPTH = 100;
const MAX_ATTRIBUTES = 64;
/** Characters of an error's text in the log: it may repeat what a stranger sent. */
const MAX_LOGGED_TEXT = 200;

/** The part of a stream that leads to its being usable. */
export interface StreamDuty {
  opened(header: ServerStreamHeader): void;
  /** False when the element is not known. */
  take(element: Element): boolean;
  secured(): void;
}

export interface LinkStreamOptions {
  readonly transport: LinkTransport;
  readonly role: 'incoming' | 'outgoing';
  readonly home: StreamHome;
}

export class LinkStream {
  readonly role: 'incoming' | 'outgoing';
  readonly #transport: LinkTransport;
  readonly #home: StreamHome;
  readonly #elements: ElementStream;
  readonly dialback: StreamDialback;
  readonly management: StreamManagement;
  readonly liveness: Liveness;
  readonly #intake: Intake;
  /** Who may send on it to whom. */
  readonly domains = new ProvenDomains();
  #duty: StreamDuty | undefined;
  #isHeaderSent = false;
  #isEnding = false;
  #isEndAnnounced = false;
  #isPaced = false;
  #unprovenElements = 0;
  /** Until it is usable, and then until it is gone. */
  #patience: Timer | undefined;
  /** Stream id, of the receiving server's header (RFC 6120 section 4.7.3): dialback keys are for it. */
  id = '';
  /** Our domain and the peer's, as the header says; the latter is a claim until it is proven. */
  local = '';
  remote = '';
  /** True when the negotiation is over: stanzas may come, go or both. */
  isReady = false;
  /** Of a stanza, as the peer says (XEP-0478). */
  peerMaxBytes: number | undefined;
  /** How we have proven ourselves; of the role `outgoing` only. */
  ownProof: 'certificate' | 'dialback' | undefined;
  /** What the peer's own certificate was good for, on an outgoing stream. */
  peerProof: Proof = { by: 'dialback' };
  /** Milliseconds since 1970, when it became usable. */
  sinceMs = 0;
  /** Why the stream ended, if there was a reason; a sentence. */
  ending: string | undefined;

  constructor({ transport, role, home }: LinkStreamOptions) {
    this.role = role;
    this.#transport = transport;
    this.#home = home;
    this.#elements = new ElementStream({
      transport,
      limits: BEFORE_PROOF,
      maxBufferedBytes: () => home.options.limits().maxBufferedBytes,
      events: {
        opened: (header, defaultNamespace, prefixes) =>
          this.#opened(readServerHeader(header, defaultNamespace, prefixes)),
        arrived: (element) => this.#arrived(element),
        closedByPeer: () => this.#closedByPeer(),
        heard: (bytes) => this.#heard(bytes),
        beforeFlush: () => this.management.beforeFlush(),
        secured: () => this.#duty?.secured(),
        failed: (error) => this.#failed(error),
        stuck: () => this.#stuck(),
        ended: (ending, reason) => this.#ended(ending, reason),
        gone: () => this.#gone(),
      },
    });
    this.dialback = new StreamDialback(this, home);
    this.management = new StreamManagement(this, home);
    this.liveness = new Liveness(this, home);
    this.#intake = new Intake(this, home);
    const { clock } = home.options;
    this.#patience = clock.after(home.options.limits().negotiationMs, () => this.#tooSlow());
  }

  // ---- what it is

  get remoteAddress(): string {
    return this.#transport.remoteAddress;
  }

  get isOpen(): boolean {
    return this.#elements.isOpen && !this.#isEnding;
  }

  /** What it has been given and the operating system has not taken. */
  get bufferedBytes(): number {
    return this.#elements.bufferedBytes;
  }

  /** XEP-0288. */
  get isBidirectional(): boolean {
    return this.domains.isBidirectional;
  }

  get isSecure(): boolean {
    return this.#transport.tls !== undefined;
  }

  get tls(): { readonly version: string; readonly cipher: string } | undefined {
    return this.#transport.tls;
  }

  get certificate(): PeerCertificate | undefined {
    return this.#transport.certificate;
  }

  /** Whether the peer may have stream management now: when it has proven a domain. */
  get mayManage(): boolean {
    return this.role === 'incoming' && this.domains.owner !== undefined;
  }

  canCarry(pair: string): boolean {
    return this.isReady && this.isOpen && this.domains.permittedPairs.has(pair);
  }

  // ---- its life

  start(duty: StreamDuty): void {
    this.#duty = duty;
    this.#transport.start();
  }

  /** TLS begins with the first byte (XEP-0368). */
  startDirectTls(duty: StreamDuty): void {
    this.#duty = duty;
    this.#transport.startTls();
  }

  sendHeader(from: string, to: string | undefined, id?: string): void {
    this.#isHeaderSent = true;
    this.write(serverStreamHeader({ from, to, ...(id !== undefined && { id }) }));
  }

  write(xml: string): void {
    this.#elements.write(xml);
  }

  startTls(): void {
    this.#isHeaderSent = false;
    this.#elements.startTls(BEFORE_PROOF);
  }

  /** After SASL both sides begin anew (RFC 6120 section 6.4.6). */
  restart(): void {
    this.#isHeaderSent = false;
    this.#elements.restart(this.#limits);
  }

  hold(): void {
    this.#elements.hold();
  }

  release(): void {
    this.#elements.release();
  }

  /** The peer has proven that it may send from `remote` to `local`. */
  prove(remote: string, local: string, proof: Proof): void {
    if (!this.isOpen) return;
    if (this.remote === '') this.remote = remote;
    this.domains.add(remote, local, proof);
    this.#elements.limits = this.#limits;
    if (this.role === 'incoming' && !this.isReady) this.ready();
    this.#home.proven(this);
  }

  /** Goes on where `earlier` stopped, whose state it has taken over: all that was proven there holds here (XEP-0198 section 5). */
  inherit(earlier: LinkStream): void {
    this.domains.inherit(earlier.domains);
    this.#home.proven(this);
  }

  /** Stanzas go both ways from now on (XEP-0288): what is proven holds in the other direction as well. */
  makeBidirectional(): void {
    this.domains.makeBidirectional();
    this.#home.proven(this);
  }

  /** The negotiation is over. */
  ready(): void {
    this.isReady = true;
    this.sinceMs = this.#home.options.clock.now();
    this.#patience?.cancel();
    this.#elements.limits = this.#limits;
    this.#home.changed();
  }

  /** Writes a stanza that `canCarry` allows; or says why it must not go by this stream. */
  send(stanza: QueuedStanza): StanzaError | undefined {
    const { peerMaxBytes } = this;
    if (peerMaxBytes !== undefined && stanza.bytes > peerMaxBytes) {
      const text = `${this.remote} takes no more than ${peerMaxBytes} bytes at once.`;
      return new StanzaError('policy-violation', text); // XEP-0478 section 4
    }
    this.liveness.stanza();
    stanza.tries++;
    const { state } = this.management;
    state?.add(stanza);
    this.write(stanza.element.toXml(NS_CLIENT));
    if (state === undefined) this.#home.delivered(stanza);
    return undefined;
  }

  /** After a resumption: what the peer has not got, in the old order; it is in the queue already. */
  repeat(stanzas: readonly QueuedStanza[]): void {
    for (const stanza of stanzas) this.write(stanza.element.toXml(NS_CLIENT));
  }

  /** Ends the stream with an error (RFC 6120 section 4.9). */
  fail(error: StreamError): void {
    if (!this.#elements.isOpen) return;
    this.#isEnding = true;
    this.ending ??= `${this.#peerName} was cut off: ${error.text ?? error.condition}`;
    this.#home.options.log.warn(
      {
        domain: this.remote,
        address: this.remoteAddress,
        condition: error.condition,
        text: error.text?.slice(0, MAX_LOGGED_TEXT),
      },
      'stream with a server closed with an error',
    );
    this.#ensureHeader();
    this.#elements.close(error.toXml());
  }

  /** Ends the stream politely: acknowledges, says goodbye, and takes what is on its way until the peer's goodbye. */
  close(): void {
    if (!this.isOpen) return;
    this.#isEnding = true;
    this.#waitForEnd();
    this.management.acknowledge().then(() => {
      if (!this.#elements.isOpen) return;
      this.#isEndAnnounced = true;
      this.#ensureHeader();
      this.#elements.announceEnd();
    });
  }

  /** Drops the connection without a word. */
  destroy(sentence?: string): void {
    this.ending ??= sentence;
    this.#elements.destroy();
  }

  /** Looks after a stream that is silent; called every few seconds. */
  sweep(): void {
    if (this.isReady && this.isOpen) this.liveness.sweep();
  }

  // ---- what the stream tells

  get #limits(): ReaderLimits {
    if (this.domains.owner === undefined && !(this.role === 'outgoing' && this.isReady)) return BEFORE_PROOF;
    const { maxStanzaBytes } = this.#home.options.limits();
    return { maxStanzaBytes, maxDepth: MAX_DEPTH, maxAttributes: MAX_ATTRIBUTES };
  }

  get #peerName(): string {
    return this.remote === '' ? this.remoteAddress : this.remote;
  }

  #opened(header: ServerStreamHeader | StreamError): void {
    if (header instanceof StreamError) {
      this.fail(header);
      return;
    }
    this.#duty?.opened(header);
  }

  #arrived(element: Element): void | Promise<void> {
    // RFC 6120 section 4.9.1.1: whoever gets a stream error closes, and answers it with none.
    if (element.is('error', NS_STREAMS)) return this.#cutOff(element);
    if (this.domains.owner === undefined && !this.isReady && ++this.#unprovenElements > MAX_UNPROVEN_ELEMENTS) {
      return this.fail(new StreamError('policy-violation', 'Prove your domain first.'));
    }
    if (isStanza(element)) return this.#intake.take(element);
    if (element.xmlns === NS_DIALBACK) return this.dialback.take(element);
    if (element.xmlns === NS_SM && this.isSecure) return this.management.take(element);
    if (this.#duty?.take(element)) return;
    const condition = element.xmlns === NS_CLIENT ? 'invalid-namespace' : 'unsupported-stanza-type';
    this.fail(new StreamError(condition, `<${element.name}/> of the namespace ${element.xmlns} is not known here.`));
  }

  #heard(bytes: number): void {
    this.liveness.heard();
    const { owner } = this.domains;
    if (owner === undefined) return;
    const waitMs = this.#home.pace(owner, bytes);
    if (waitMs === 0 || this.#isPaced) return;
    this.#isPaced = true;
    this.hold();
    this.#home.options.clock.after(waitMs, () => {
      this.#isPaced = false;
      this.release();
    });
  }

  // ---- ends

  #cutOff(error: Element): void {
    const condition = error.elements.find((child) => child.name !== 'text')?.name ?? 'undefined-condition';
    const text = error.elements.find((child) => child.name === 'text')?.text();
    this.ending = `${this.#peerName} closed the stream: ${(text ?? condition).slice(0, MAX_LOGGED_TEXT)}`;
    this.#home.options.log.info(
      { domain: this.remote, address: this.remoteAddress, condition, text: text?.slice(0, MAX_LOGGED_TEXT) },
      'a server closed its stream with an error',
    );
    this.#isEnding = true;
    this.#ensureHeader();
    this.#elements.close();
  }

  #closedByPeer(): void {
    if (this.#isEndAnnounced) {
      this.#elements.close();
      return;
    }
    this.#isEnding = true;
    this.#waitForEnd();
    this.management.acknowledge().then(() => {
      this.#ensureHeader();
      this.#elements.close();
    });
  }

  #ensureHeader(): void {
    if (!this.#isHeaderSent) this.sendHeader(this.local || this.#home.options.domain, undefined, this.id || undefined);
  }

  #failed(error: unknown): void {
    if (error instanceof XmlError) {
      this.fail(new StreamError(error.condition, error.message));
      return;
    }
    this.#home.options.log.error({ err: error, domain: this.remote }, 'a stream failed by a fault of the server');
    this.fail(new StreamError('internal-server-error'));
  }

  #stuck(): void {
    this.#home.options.log.warn({ domain: this.remote }, 'a server that does not read was let go');
    this.destroy(`${this.#peerName} does not read what it is sent.`);
  }

  #tooSlow(): void {
    this.ending ??= `${this.#peerName} took too long.`;
    if (!this.isSecure && !this.#isHeaderSent) {
      this.destroy();
      return;
    }
    this.fail(new StreamError('connection-timeout', 'The negotiation took too long.'));
  }

  #waitForEnd(): void {
    this.#patience?.cancel();
    const { clock, limits } = this.#home.options;
    this.#patience = clock.after(limits().closingMs, () => {
      this.#elements.close();
      this.#patience = clock.after(limits().closingMs, () => this.#transport.destroy());
    });
  }

  #ended(ending: 'closed' | 'lost', reason: string | undefined): void {
    if (reason !== undefined) this.ending ??= `The connection to ${this.#peerName} was lost: ${reason}.`;
    const isResumable = ending === 'lost' && !this.#isEnding;
    this.#isEnding = true;
    this.#patience?.cancel();
    const { clock, limits } = this.#home.options;
    this.#patience = clock.after(limits().closingMs, () => this.#transport.destroy());
    this.dialback.end();
    this.#home.ended(this, isResumable ? 'lost' : 'closed');
  }

  #gone(): void {
    this.#patience?.cancel();
    this.#home.gone(this);
  }
}

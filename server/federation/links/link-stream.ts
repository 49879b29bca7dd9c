/**
 * One XML stream with another server, whichever of the two opened it (RFC 6120). What is said until the stream may be
 * used is the part of its duty, the incoming or the outgoing one; here is what is the same for both.
 */

import { NS_SM } from '../../router/management-elements.ts';
import { StanzaError } from '../../stanza/error.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { ElementStream } from '../../stream/element-stream.ts';
import { NS_STREAMS, StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import type { ReaderLimits } from '../../xml/reader.ts';
import type { PeerCertificate } from '../trust/peer-certificate.ts';
import { Allowance } from './allowance.ts';
import { NS_DIALBACK } from './dialback.ts';
import { isStanza } from './inbound.ts';
import { Intake } from './intake.ts';
import type { Proof } from './link-options.ts';
import type { LinkTransport } from './link-transport.ts';
import { Liveness } from './liveness.ts';
import { ProvenDomains } from './proven-domains.ts';
import type { QueuedStanza } from './queued-stanza.ts';
import { readServerHeader, type ServerStreamHeader, serverStreamHeader } from './server-header.ts';
import { StreamDialback } from './stream-dialback.ts';
import { StreamEnds } from './stream-ends.ts';
import type { StreamHome } from './stream-home.ts';
import { StreamManagement } from './stream-management.ts';

/** Headers, features, keys and a certificate's name; RFC 6120 section 13.12 asks for 10,000 bytes at least. */
const BEFORE_PROOF: ReaderLimits = { maxStanzaBytes: 16_384, maxDepth: 8, maxAttributes: 24 };
/** As for clients that have signed in. */
const MAX_DEPTH = 100;
const MAX_ATTRIBUTES = 64;
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
  readonly #ends: StreamEnds;
  readonly #allowance: Allowance;
  /** Who may send on it to whom. */
  readonly domains = new ProvenDomains();
  #duty: StreamDuty | undefined;
  #isHeaderSent = false;
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
        closedByPeer: () => this.#ends.closedByPeer(),
        heard: (bytes) => {
          this.liveness.heard();
          this.#allowance.heard(bytes);
        },
        beforeFlush: () => this.management.beforeFlush(),
        secured: () => this.#duty?.secured(),
        failed: (error) => this.#ends.failed(error),
        stuck: () => this.#ends.stuck(),
        ended: (ending, reason) => {
          this.#allowance.end();
          this.#ends.ended(ending, reason);
        },
        gone: () => this.#ends.gone(),
      },
    });
    this.dialback = new StreamDialback(this, home);
    this.management = new StreamManagement(this, home);
    this.liveness = new Liveness(this, home);
    this.#allowance = new Allowance(this, home);
    this.#intake = new Intake(this, home);
    this.#ends = new StreamEnds({ stream: this, elements: this.#elements, transport, home });
  }

  // ---- what it is

  get remoteAddress(): string {
    return this.#transport.remoteAddress;
  }

  /** Whose stream it is: proven if anything is, else who the header says. */
  get peer(): string {
    return this.domains.owner ?? this.remote;
  }

  get isOpen(): boolean {
    return this.#elements.isOpen && !this.#ends.isBegun;
  }

  /**
   * Whether it is known if the peer acknowledges: on a stream of its own it asks for stream management first, if ever.
   * What we sent before that would be lost without a trace if the connection broke.
   */
  get #isSettled(): boolean {
    return this.role === 'outgoing' || this.management.state !== undefined || this.liveness.hasStanzas;
  }

  /** What it has been given and the operating system has not taken. */
  get bufferedBytes(): number {
    return this.#elements.bufferedBytes;
  }

  /** What the system or the peer has not taken: a peer may read, and acknowledge nothing. */
  get pendingBytes(): number {
    return Math.max(this.bufferedBytes, this.management.state?.unackedBytes ?? 0);
  }

  /** What it has taken: grows as long as the peer reads. */
  get takenBytes(): number {
    return this.#transport.takenBytes;
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
    return this.isReady && this.isOpen && this.#isSettled && this.domains.permittedPairs.has(pair);
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

  get isHeaderSent(): boolean {
    return this.#isHeaderSent;
  }

  /** Errors and goodbyes stand inside a stream, however early they come (RFC 6120 section 4.9.1.2). */
  ensureHeader(): void {
    if (!this.#isHeaderSent) this.sendHeader(this.local || this.#home.options.domain, undefined, this.id || undefined);
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
    const { policy } = this.#home.options;
    // SECURITY: the rules may have changed since.
    const isWelcome = (remote: string, { by }: Proof) =>
      policy.may(remote, 'in') === true && (by === 'certificate' || !policy.requiresCertificate(remote));
    this.domains.inherit(earlier.domains, isWelcome);
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
    this.#ends.negotiated();
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
    this.#ends.fail(error);
  }

  /** Ends the stream politely: acknowledges, says goodbye, and takes what is on its way until the peer's goodbye. */
  close(): void {
    this.#ends.close();
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

  /** The peer does not read what it is sent. */
  letGo(): void {
    this.#ends.stuck();
  }

  // ---- what the stream tells

  get #limits(): ReaderLimits {
    if (this.domains.owner === undefined && !(this.role === 'outgoing' && this.isReady)) return BEFORE_PROOF;
    const { maxStanzaBytes } = this.#home.options.limits();
    return { maxStanzaBytes, maxDepth: MAX_DEPTH, maxAttributes: MAX_ATTRIBUTES };
  }

  #opened(header: ServerStreamHeader | StreamError): void {
    if (header instanceof StreamError) {
      this.fail(header);
      return;
    }
    this.#duty?.opened(header);
  }

  #arrived(element: Element): void | Promise<void> {
    if (element.is('error', NS_STREAMS)) return this.#ends.cutOff(element);
    if (!this.#allowance.admits()) return;
    if (isStanza(element)) return this.#intake.take(element);
    if (element.xmlns === NS_DIALBACK) return this.dialback.take(element);
    if (element.xmlns === NS_SM && this.isSecure) return this.management.take(element);
    if (this.#duty?.take(element)) return;
    const condition = element.xmlns === NS_CLIENT ? 'invalid-namespace' : 'unsupported-stanza-type';
    this.fail(new StreamError(condition, `<${element.name}/> of the namespace ${element.xmlns} is not known here.`));
  }
}

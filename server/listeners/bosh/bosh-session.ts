/** A BOSH session (XEP-0124): the transport of one stream over a chain of HTTP requests and their responses. */
import type { Clock } from '../../clock/clock.ts';
import { flushSoon } from '../../stream/flush-queue.ts';
import type { Framing } from '../../stream/framing.ts';
import type { TlsState, Transport, TransportEvents } from '../../stream/transport.ts';
import type { Element } from '../../xml/element.ts';
import type { ReaderEvents, ReaderLimits } from '../../xml/reader.ts';
import { NS_BOSH, NS_XBOSH, writeBody } from './body.ts';
import { BodyReader } from './body-reader.ts';
import { type BindingCondition, type Exchange, LEGACY_STATUS } from './exchange.ts';
import { Payloads } from './payloads.ts';
import { type Request, RequestWindow } from './request-window.ts';
import { readRid, sessionResponse, type Terms } from './session-request.ts';

/** For a request that waits for one before it, in a session that never waits otherwise. */
const MIN_EARLY_MS = 10_000;
const NOTHING = new Uint8Array(0);
const BEGINNING_OF_ERROR = '<stream:error';

type Attributes = Readonly<Record<string, string | undefined>> & { readonly condition?: BindingCondition | undefined };

export interface BoshSessionOptions {
  readonly sid: string;
  readonly terms: Terms;
  readonly domain: string;
  readonly tls: TlsState;
  readonly remoteAddress: string;
  readonly clock: Pick<Clock, 'elapsedMs'>;
  /** Called once: from now on the session does not exist. */
  readonly over: (session: BoshSession) => void;
}

export class BoshSession implements Transport {
  readonly #options: BoshSessionOptions;
  readonly framing: Framing;
  events: TransportEvents | undefined;
  readonly #window: RequestWindow;
  #reader: BodyReader | undefined;
  /** The body that is being handed to the reader. */
  #incoming: Element | undefined;
  readonly #payloads = new Payloads();
  /** What only the first response says. */
  #beginning: Attributes | undefined;
  /** Set when the stream has ended: what the client has still to be told. */
  #end: Attributes | undefined;
  #hasStreamError = false;
  /** Set from a pause until the next request (section 10), in milliseconds. */
  #pauseMs: number | undefined;
  #idleSinceMs: number;
  #lastEmptyMs = Number.NEGATIVE_INFINITY;
  #isReadingPaused = false;
  #isFlushPlanned = false;
  #isOver = false;

  constructor(options: BoshSessionOptions) {
    const { sid, terms, domain, clock } = options;
    this.#options = options;
    this.#window = new RequestWindow(terms.rid, terms.requests);
    this.#idleSinceMs = clock.elapsedMs();
    this.#beginning = sessionResponse(sid, terms, domain);
    this.framing = {
      scope: NS_BOSH,
      streamsDeclaration: '', // on the body
      isPiecewise: true,
      footer: '',
      header: () => '',
      createReader: (events, limits) => this.#createReader(events, limits),
    };
  }

  get sid(): string {
    return this.#options.sid;
  }

  get remoteAddress(): string {
    return this.#options.remoteAddress;
  }

  get tls(): TlsState {
    return this.#options.tls;
  }

  get bufferedBytes(): number {
    return this.#payloads.size;
  }

  /** Of payloads that may come now; undefined before there is a stream. */
  get limits(): ReaderLimits | undefined {
    return this.#reader?.limits;
  }

  // ---- requests

  /** A request of this session. */
  received(body: Element, exchange: Exchange): void {
    const rid = readRid(body);
    if (this.#end !== undefined) this.#finish([exchange]);
    else if (rid === undefined) this.fail('bad-request', exchange);
    else this.#sort({ rid, body, exchange, atMs: this.#options.clock.elapsedMs() });
  }

  #sort(request: Request): void {
    const { rid, body, exchange } = request;
    const isLast = body.attr('pause') !== undefined || body.attr('type') === 'terminate';
    switch (this.#window.place(rid, isLast ? 1 : 0)) {
      case 'repeated':
        this.#repeated(request);
        break;
      case 'outside':
        this.fail('item-not-found', exchange);
        break;
      case 'too-many':
        this.fail('policy-violation', exchange);
        break;
      case 'expected':
        this.#window.add(request);
        this.#advance();
    }
  }

  /** A rule of the binding was broken: the session is over, and what it carried may be resumed elsewhere (XEP-0198). */
  fail(condition: BindingCondition, exchange: Exchange): void {
    this.#respondTo(exchange, { type: 'terminate', condition }, '');
    for (const other of this.#window.exchanges) {
      this.#respondTo(other, { type: 'terminate', condition: 'other-request' }, '');
    }
    this.#close(condition);
  }

  /** Looks what has waited for too long. */
  sweep(): void {
    const { terms, clock } = this.#options;
    const nowMs = clock.elapsedMs();
    for (let oldest = this.#window.held[0]; oldest !== undefined; oldest = this.#window.held[0]) {
      if (oldest.exchange.isBroken || nowMs - oldest.atMs < terms.wait * 1_000) break;
      this.#answerOldest('');
    }
    const patienceMs = Math.max(terms.wait * 1_000, MIN_EARLY_MS);
    for (const { exchange } of this.#window.giveUp(nowMs - patienceMs))
      this.#respondTo(exchange, { type: 'error' }, '');
    if (this.#window.isAwaited) this.#idleSinceMs = nowMs;
    else if (nowMs - this.#idleSinceMs >= (this.#pauseMs ?? terms.inactivity * 1_000)) this.#close('inactive');
  }

  /** Section 14.3. */
  #repeated({ rid, exchange, atMs }: Request): void {
    const former = this.#window.replace(rid, exchange, atMs);
    const response = this.#window.responseTo(rid);
    if (former !== undefined) {
      this.#respondTo(former.exchange, { type: 'error' }, '');
      this.#planFlush(); // there may be payloads that could not be sent over the broken connection
    } else if (response !== undefined) {
      exchange.respond({ status: 200, type: this.#options.terms.type, xml: response });
      this.#idleSinceMs = atMs;
    } else {
      this.fail('item-not-found', exchange);
    }
  }

  #advance(): void {
    while (!this.#isReadingPaused && !this.#isOver) {
      const request = this.#window.take();
      if (request === undefined) return;
      this.#process(request);
    }
  }

  #process({ body, exchange, atMs }: Request): void {
    const fault = this.#faultOf(body, atMs);
    if (fault !== undefined) {
      this.fail(fault, exchange);
      return;
    }
    const pause = body.attr('pause');
    this.#pauseMs = pause === undefined ? undefined : Number(pause) * 1_000;
    this.#incoming = body;
    this.events?.received(NOTHING);
    this.#incoming = undefined;
    this.#planFlush();
  }

  /** What a request asks for against the terms, if it does. */
  #faultOf(body: Element, nowMs: number): BindingCondition | undefined {
    const { polling, maxPause } = this.#options.terms;
    const pause = body.attr('pause');
    if (pause !== undefined && !/^[0-9]{1,9}$/.test(pause)) return 'bad-request';
    if (Number(pause ?? 0) > maxPause) return 'policy-violation';
    const isEmpty = body.children.length === 0 && pause === undefined && !isBeginningOrEnd(body);
    const isHasty = isEmpty && polling !== undefined && nowMs - this.#lastEmptyMs < polling * 1_000; // section 12
    this.#lastEmptyMs = isEmpty ? nowMs : Number.NEGATIVE_INFINITY;
    return isHasty ? 'policy-violation' : undefined;
  }

  #createReader(events: ReaderEvents, limits: ReaderLimits): BodyReader {
    this.#reader = new BodyReader(() => this.#incoming, events, limits);
    return this.#reader;
  }

  // ---- responses

  write(text: string): void {
    if (text.startsWith(BEGINNING_OF_ERROR)) this.#hasStreamError = true;
    this.#payloads.add(text);
    this.#planFlush();
  }

  #planFlush(): void {
    if (this.#isFlushPlanned || this.#isOver) return;
    this.#isFlushPlanned = true;
    flushSoon(this);
  }

  /** Behind all streams that are flushed in this turn: what they add at the last moment travels along. */
  flush(): void {
    queueMicrotask(() => this.#answer());
  }

  /** Answers requests in their order, as long as there is something to tell or too many are held. */
  #answer(): void {
    this.#isFlushPlanned = false;
    if (this.#isOver || this.#end !== undefined) return;
    const { held } = this.#window;
    for (let oldest = held[0]; oldest !== undefined; oldest = held[0]) {
      const isDue =
        held.length > this.#options.terms.hold || this.#beginning !== undefined || this.#pauseMs !== undefined;
      const { isBroken } = oldest.exchange;
      // Section 10: the response to a pause has no payloads.
      const isFit = !isBroken && oldest.body.attr('pause') === undefined;
      const hasPayloads = this.#payloads.size > 0;
      if (!isDue && !(isFit && hasPayloads)) return;
      this.#answerOldest(isFit && hasPayloads ? this.#payloads.take() : '');
    }
  }

  #answerOldest(payloads: string): void {
    const request = this.#window.held.shift();
    if (request === undefined) return;
    const { lastRid } = this.#window;
    const beginning = this.#beginning;
    this.#beginning = undefined;
    // Section 9.1: left out when it would be the id of the request itself.
    const attributes = beginning ?? { ack: lastRid === request.rid ? undefined : String(lastRid) };
    const xml = this.#respondTo(request.exchange, attributes, payloads);
    if (request.body.attr('pause') === undefined) this.#window.remember(request.rid, xml);
    if (payloads !== '') this.#lastEmptyMs = Number.NEGATIVE_INFINITY;
    this.#idleSinceMs = this.#options.clock.elapsedMs();
  }

  #respondTo(exchange: Exchange, attributes: Attributes, payloads: string): string {
    const { type, ver } = this.#options.terms;
    const xml = writeBody(attributes, payloads);
    const legacy = ver === undefined ? LEGACY_STATUS.get(attributes.condition) : undefined;
    exchange.respond({ status: legacy ?? 200, type, xml });
    return xml;
  }

  // ---- ends

  /** The stream has ended: the oldest request hears of it, or the next one. */
  end(): void {
    if (this.#isOver) return;
    this.#end = {
      ...this.#beginning,
      type: 'terminate',
      condition: this.#hasStreamError ? 'remote-stream-error' : undefined,
    };
    const waiting = this.#window.exchanges.filter(({ isBroken }) => !isBroken);
    if (waiting.length > 0) this.#finish(waiting);
  }

  destroy(): void {
    if (this.#isOver) return;
    for (const exchange of this.#window.exchanges) {
      this.#respondTo(exchange, { type: 'terminate', condition: 'remote-connection-failed' }, '');
    }
    this.#close('destroyed');
  }

  /** Ends the session unless a request is there to hear more; it may be resumed elsewhere (XEP-0198). */
  giveUp(): void {
    if (!this.#window.isAwaited) this.#close('nobody to tell');
  }

  /** Section 13: the oldest gets the end, with all that was left to say; the others nothing. */
  #finish([oldest, ...others]: readonly Exchange[]): void {
    if (oldest !== undefined) this.#respondTo(oldest, this.#end ?? {}, this.#payloads.takeAll());
    for (const exchange of others) this.#respondTo(exchange, {}, '');
    this.#close('closed');
  }

  #close(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#payloads.takeAll();
    this.#options.over(this);
    this.events?.closed(reason);
  }

  /** What comes meanwhile waits as a request that came too early does. */
  pause(): void {
    this.#isReadingPaused = true;
  }

  resume(): void {
    this.#isReadingPaused = false;
    this.#advance();
  }

  startTls(): void {
    throw new Error('a BOSH session is encrypted below'); // XEP-0206 section 2
  }
}

/** A request with another purpose than to ask what there is. */
function isBeginningOrEnd(body: Element): boolean {
  return (
    body.attr('sid') === undefined ||
    body.attr('type') === 'terminate' ||
    body.attr(`{${NS_XBOSH}}restart`) !== undefined
  );
}

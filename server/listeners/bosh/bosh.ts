/** XEP-0124 and XEP-0206: XMPP over BOSH. Chat for those who can speak nothing but HTTP. */
import type { Duplex, Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock, Timer } from '../../clock/clock.ts';
import { sendProblem, type WebRoutes } from '../../modulehost/web.ts';
import type { TlsState, Transport } from '../../stream/transport.ts';
import type { Element } from '../../xml/element.ts';
import { type ReaderLimits, XmlError } from '../../xml/reader.ts';
import { readBody, writeBody } from './body.ts';
import { BoshSession } from './bosh-session.ts';
import { type Answer, type BindingCondition, type Exchange, LEGACY_STATUS, XML_TYPE } from './exchange.ts';
import { readTerms } from './session-request.ts';

export const BOSH_PATH = '/http-bind';
/** For the tag of a body, and all of a body that belongs to no session. */
const TAG_LIMITS: ReaderLimits = { maxStanzaBytes: 10_000, maxDepth: 16, maxAttributes: 32 };
/**
 * Of a body that is of no session whose client has signed in. SECURITY: bodies are held until they are complete, and a
 * stranger may have many connections that never get so far.
 */
const MAX_STRANGER_BYTES = 65_536;
/** Where a body says of which session it is. */
const SID = /\ssid\s*=\s*['"]([^'"]*)/;
/** Around the largest stanza there must be room for a body; and several small ones come at a time. */
const MIN_BODY_BYTES = 1_048_576;
const SWEEP_MS = 1_000;
/** How long a browser may remember what it asked before it asked (CORS). */
const PREFLIGHT_S = 86_400;

export interface BoshOptions {
  readonly domain: string;
  readonly clock: Clock;
  /** Unpredictable: who knows it can speak for the session. */
  readonly newSid: () => string;
  readonly maxStanzaBytes: () => number;
  readonly open: (transport: Transport) => void;
  /** Undefined for a connection in plain text, which is refused. */
  readonly tlsOf: (socket: Duplex) => TlsState | undefined;
}

export interface BoshDoor {
  readonly routes: WebRoutes;
  /** Before the server ends: gives up the sessions that have no request on which they could be told. */
  close(): void;
}

export function createBosh(options: BoshOptions): BoshDoor {
  const bosh = new Bosh(options);
  return { routes: (server) => bosh.serve(server), close: () => bosh.close() };
}

class Bosh {
  readonly #options: BoshOptions;
  readonly #sessions = new Map<string, BoshSession>();
  #sweeping: Timer | undefined;

  constructor(options: BoshOptions) {
    this.#options = options;
  }

  serve(server: FastifyInstance): void {
    server.addHook('onRequest', (_request, reply, next) => {
      reply.headers({
        'access-control-allow-origin': '*', // nothing here goes by cookies
        // SECURITY: a form on any page can post here, and what comes back must not run as a page of ours.
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'no-store',
      });
      next();
    });
    // Section 5: the type that a request claims is ignored.
    server.addContentTypeParser('*', (_request, payload, done) =>
      collect(payload, (beginning) => this.#maxBytesOf(beginning), done),
    );
    server.options(BOSH_PATH, (_request, reply) =>
      reply
        .headers({
          'access-control-allow-methods': 'POST, OPTIONS',
          'access-control-allow-headers': 'Content-Type',
          'access-control-max-age': PREFLIGHT_S,
        })
        .code(204)
        .send(),
    );
    server.get(BOSH_PATH, (_request, reply) =>
      sendProblem(reply.header('allow', 'POST, OPTIONS'), 405, 'This is for chat apps, which speak BOSH (XEP-0124).'),
    );
    server.post(BOSH_PATH, (request, reply) => this.#post(request, reply));
  }

  close(): void {
    for (const session of this.#sessions.values()) session.giveUp();
  }

  get #maxBodyBytes(): number {
    return Math.max(MIN_BODY_BYTES, this.#options.maxStanzaBytes() + TAG_LIMITS.maxStanzaBytes);
  }

  /** How much is held of a body that begins so. */
  #maxBytesOf(beginning: Buffer): number {
    const tag = beginning.toString('latin1', 0, TAG_LIMITS.maxStanzaBytes);
    const limits = this.#sessions.get(SID.exec(tag)?.[1] ?? '')?.limits;
    return Math.max(MAX_STRANGER_BYTES, limits === undefined ? 0 : this.#maxBytesWith(limits));
  }

  /** SECURITY: who has not signed in gets no more than one element read, or a body of very many would take a while. */
  #maxBytesWith({ maxStanzaBytes }: ReaderLimits): number {
    const isStranger = maxStanzaBytes < this.#options.maxStanzaBytes();
    return isStranger ? maxStanzaBytes + TAG_LIMITS.maxStanzaBytes : this.#maxBodyBytes;
  }

  #post(request: FastifyRequest, reply: FastifyReply): void {
    const exchange = new HttpExchange(reply);
    const bytes = request.body;
    if (!Buffer.isBuffer(bytes)) {
      reply.header('connection', 'close');
      refuse(exchange, request.headers['content-type'] === undefined ? 'bad-request' : 'policy-violation');
      return;
    }
    let session: BoshSession | undefined;
    let body: Element;
    try {
      body = readBody(bytes, TAG_LIMITS, (tag) => {
        session = this.#sessions.get(tag.attr('sid') ?? '');
        const limits = session?.limits ?? TAG_LIMITS;
        if (bytes.length > this.#maxBytesWith(limits)) throw new XmlError('policy-violation', 'The body is too large.');
        return limits;
      });
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      const condition = error.condition === 'policy-violation' ? error.condition : 'bad-request';
      if (session === undefined) refuse(exchange, condition);
      else session.fail(condition, exchange);
      return;
    }
    if (session !== undefined) session.received(body, exchange);
    else if (body.attr('sid') !== undefined) refuse(exchange, 'item-not-found');
    else this.#begin(body, exchange, request);
  }

  #begin(body: Element, exchange: Exchange, request: FastifyRequest): void {
    const { domain, clock, newSid, open, tlsOf } = this.#options;
    const terms = readTerms(body, domain);
    const tls = tlsOf(request.raw.socket);
    if (typeof terms === 'string' || tls === undefined) {
      const condition = typeof terms === 'string' ? terms : 'bad-request';
      refuse(exchange, condition, body.attr('ver') === undefined ? LEGACY_STATUS.get(condition) : undefined);
      return;
    }
    const session = new BoshSession({
      sid: newSid(),
      terms,
      domain,
      tls: ofManyConnections(tls),
      remoteAddress: request.ip,
      clock,
      over: ({ sid }) => this.#remove(sid),
    });
    this.#sessions.set(session.sid, session);
    this.#sweeping ??= clock.every(SWEEP_MS, () => this.#sweep());
    open(session);
    session.received(body, exchange);
  }

  #sweep(): void {
    for (const session of this.#sessions.values()) session.sweep();
  }

  #remove(sid: string): void {
    this.#sessions.delete(sid);
    if (this.#sessions.size > 0) return;
    this.#sweeping?.cancel();
    this.#sweeping = undefined;
  }
}

class HttpExchange implements Exchange {
  readonly #reply: FastifyReply;
  #isAnswered = false;
  isBroken = false;

  constructor(reply: FastifyReply) {
    this.#reply = reply;
    reply.raw.once('close', () => {
      this.isBroken = !this.#isAnswered;
    });
  }

  respond({ status, type, xml }: Answer): void {
    if (this.#isAnswered || this.isBroken) return;
    this.#isAnswered = true;
    this.#reply.code(status).header('content-type', type).send(xml);
  }
}

function refuse(exchange: Exchange, condition: BindingCondition, status = 200): void {
  exchange.respond({ status, type: XML_TYPE, xml: writeBody({ type: 'terminate', condition }, '') });
}

/**
 * All of it; undefined as soon as it is too much: then the rest is thrown away. `maxBytesOf` is asked once there is more
 * than a stranger may send.
 */
function collect(
  payload: Readable,
  maxBytesOf: (beginning: Buffer) => number,
  done: (error: Error | null, bytes?: Buffer) => void,
): void {
  let chunks: Buffer[] = [];
  let size = 0;
  let maxBytes = MAX_STRANGER_BYTES;
  let isAsked = false;
  payload.on('data', (chunk: Buffer) => {
    const isTooMuch = size > maxBytes;
    size += chunk.length;
    if (!isTooMuch) chunks.push(chunk);
    if (size > maxBytes && !isAsked) {
      isAsked = true;
      maxBytes = maxBytesOf(Buffer.concat(chunks));
    }
    if (size > maxBytes && !isTooMuch) {
      chunks = [];
      done(null, undefined);
    }
  });
  payload.on('end', () => {
    if (size <= maxBytes) done(null, Buffer.concat(chunks));
  });
  payload.on('error', (error) => {
    if (size <= maxBytes) done(error);
  });
}

/** What is bound to one connection binds nothing here: the next request may come on another. */
function ofManyConnections(tls: TlsState): TlsState {
  const endPoint = tls.channelBinding('tls-server-end-point');
  return {
    ...tls,
    channelBindingTypes: endPoint === undefined ? [] : ['tls-server-end-point'],
    channelBinding: (type) => (type === 'tls-server-end-point' ? endPoint : undefined),
  };
}

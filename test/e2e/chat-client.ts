/**
 * A client over direct TLS that counts: it knows by stream management (XEP-0198) what the server has acknowledged, and
 * keeps its session over broken connections. Small enough to be sure of, for tests that judge what was lost.
 */
import { randomBytes } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { type Element, el } from '../../server/xml/element.ts';
import { XmlReader } from '../../server/xml/reader.ts';
import { createScramClient } from '../scene/scram-client.ts';

const NS_CLIENT = 'jabber:client';
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const NS_STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';
export const NS_SM = 'urn:xmpp:sm:3';

const LIMITS = { maxDepth: 100, maxAttributes: 64, maxStanzaBytes: 1024 * 1024 };
const ANSWER_MS = 10_000;

export interface ChatClientOptions {
  readonly port: number;
  readonly domain: string;
  readonly localpart: string;
  readonly password: string;
  readonly resource: string;
  /** Called for each message of this client's session, once each. */
  readonly received?: (message: Element) => void;
  /** The same for presence. */
  readonly presence?: (presence: Element) => void;
  /** The same for requests; who is given none leaves them unanswered. */
  readonly asked?: (iq: Element) => void;
}

/** What becomes of a stanza that was sent. */
export interface Fate {
  acknowledged(): void;
  /** The session was resumed and the server did not count it as handled. */
  sentAgain(): void;
}

interface Sent {
  readonly xml: string;
  readonly fate: Fate | undefined;
}

export class ChatClient {
  readonly #options: ChatClientOptions;
  #socket: TLSSocket | undefined;
  /** What answers and features go to while the stream is being set up. */
  #negotiation: ((element: Element) => void) | undefined;
  readonly #replies = new Map<string, (answer: Element) => void>();
  /** Of the session that could be resumed. */
  #sessionId: string | undefined;
  #isManaged = false;
  #handled = 0;
  #acknowledged = 0;
  #unacknowledged: Sent[] = [];
  #lastId = 0;
  #gone = Promise.withResolvers<void>();
  /** The condition of the stream error that ended the last stream. */
  streamError: string | undefined;
  /** True once the server has closed the stream with `</stream:stream>`. */
  isClosedByServer = false;

  constructor(options: ChatClientOptions) {
    this.#options = options;
  }

  get jid(): string {
    return `${this.#options.localpart}@${this.#options.domain}/${this.#options.resource}`;
  }

  /** Stanzas that the server has not acknowledged yet. */
  get pending(): number {
    return this.#unacknowledged.length;
  }

  /** Settles when the connection is over, for whatever reason. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /**
   * A new session with stream management and initial presence; whatever was not acknowledged before is forgotten.
   * `beforePresence` is for who reads the archive first.
   */
  async login(beforePresence?: () => Promise<void>): Promise<void> {
    await this.#authenticate();
    await this.#bind();
    await beforePresence?.();
    this.send('<presence/>');
  }

  /**
   * Goes on with the session; what the server had not handled is sent again, as XEP-0198 section 5 has it. When the server
   * does not know the session any more, it logs in anew; then false, and nothing is sent again.
   */
  async resume(): Promise<boolean> {
    await this.#authenticate();
    const answer = await this.#ask(el('resume', NS_SM, { h: String(this.#handled), previd: this.#sessionId }).toXml());
    const h = answer.attr('h');
    if (!answer.is('resumed', NS_SM)) {
      if (h !== undefined) this.#acknowledge(Number(h));
      await this.#bind();
      this.send('<presence/>');
      return false;
    }
    this.#isManaged = true;
    this.#acknowledge(Number(h));
    for (const { xml, fate } of this.#unacknowledged) {
      fate?.sentAgain();
      this.#socket?.write(xml);
    }
    this.requestAcknowledgement();
    return true;
  }

  /** A stanza that is counted. */
  send(xml: string, fate?: Fate): void {
    if (this.#isManaged) this.#unacknowledged.push({ xml, fate });
    this.#socket?.write(xml);
  }

  requestAcknowledgement(): void {
    this.#socket?.write(`<r xmlns='${NS_SM}'/>`);
  }

  /** Returns once the server has dealt with all that was sent, and all that it had sent before has been read. */
  async settle(): Promise<void> {
    await this.request('get', `<ping xmlns='urn:xmpp:ping'/>`);
  }

  /** The answer to a request, to the server unless `to` is given. */
  request(type: 'get' | 'set', payload: string, to = this.#options.domain): Promise<Element> {
    const id = `request-${++this.#lastId}`;
    const answer = Promise.withResolvers<Element>();
    this.#replies.set(id, answer.resolve);
    this.send(`<iq type='${type}' id='${id}' to='${to}'>${payload}</iq>`);
    return inTime(answer.promise, `an answer to ${payload}`);
  }

  /** Ends the session properly. */
  async close(): Promise<void> {
    this.#socket?.write('</stream:stream>');
    await inTime(this.gone, 'the end of the stream');
  }

  /** The connection is gone, without a word. */
  drop(): void {
    this.#socket?.destroy();
  }

  async #authenticate(): Promise<void> {
    const { port, domain, localpart, password } = this.#options;
    this.#gone = Promise.withResolvers();
    this.#isManaged = false;
    this.streamError = undefined;
    this.isClosedByServer = false;
    const socket = connect({ host: '127.0.0.1', port, servername: domain, rejectUnauthorized: false });
    this.#socket = socket;
    const { resolve } = this.#gone;
    socket.on('close', () => resolve());
    // A connection that breaks is what these tests are about; `gone` tells of it.
    socket.on('error', () => undefined);
    await this.#open();
    const scram = createScramClient({
      hash: 'sha256',
      username: localpart,
      password,
      nonce: randomBytes(12).toString('hex'),
    });
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const challenge = await this.#ask(el('auth', NS_SASL, { mechanism: 'SCRAM-SHA-256' }, base64(scram.first)).toXml());
    const final = scram.final(Buffer.from(challenge.text(), 'base64').toString());
    const outcome = await this.#ask(el('response', NS_SASL, undefined, base64(final)).toXml());
    if (!outcome.is('success', NS_SASL)) throw new Error(`${localpart} was refused: ${outcome}`);
    await this.#open();
  }

  async #bind(): Promise<void> {
    const resource = el('resource', NS_BIND, undefined, this.#options.resource);
    const answer = await this.#ask(
      el('iq', NS_CLIENT, { type: 'set', id: 'bind' }, el('bind', NS_BIND, undefined, resource)).toXml(NS_CLIENT),
    );
    if (answer.attr('type') !== 'result') throw new Error(`no resource: ${answer}`);
    this.#handled = 0;
    this.#acknowledged = 0;
    this.#unacknowledged = [];
    const enabled = await this.#ask(`<enable xmlns='${NS_SM}' resume='true'/>`);
    if (!enabled.is('enabled', NS_SM)) throw new Error(`no stream management: ${enabled}`);
    this.#sessionId = enabled.attr('id');
    this.#isManaged = true;
  }

  /** A new stream, to its features. */
  #open(): Promise<Element> {
    const reader = new XmlReader(
      {
        streamOpened: () => undefined,
        element: (element) => this.#read(element),
        streamClosed: () => {
          this.isClosedByServer = true;
          this.#socket?.end('</stream:stream>');
        },
      },
      LIMITS,
    );
    this.#socket?.removeAllListeners('data');
    this.#socket?.on('data', (chunk: Buffer) => reader.write(chunk));
    const { domain } = this.#options;
    return this.#ask(
      `<stream:stream to='${domain}' version='1.0' xmlns='${NS_CLIENT}' xmlns:stream='http://etherx.jabber.org/streams'>`,
    );
  }

  async #ask(xml: string): Promise<Element> {
    const answer = Promise.withResolvers<Element>();
    this.#negotiation = answer.resolve;
    this.#socket?.write(xml);
    const lost = this.gone.then(() => {
      throw new Error('the connection broke while the stream was being set up');
    });
    return await inTime(Promise.race([answer.promise, lost]), `an answer to ${xml}`);
  }

  #read(element: Element): void {
    if (element.name === 'error' && element.xmlns === 'http://etherx.jabber.org/streams') {
      this.streamError = element.elements.find(({ xmlns }) => xmlns === NS_STREAM_ERRORS)?.name;
      return;
    }
    if (this.#negotiation !== undefined) {
      const settle = this.#negotiation;
      this.#negotiation = undefined;
      settle(element);
      return;
    }
    if (element.is('r', NS_SM)) {
      this.#socket?.write(`<a xmlns='${NS_SM}' h='${this.#handled}'/>`);
    } else if (element.is('a', NS_SM)) {
      this.#acknowledge(Number(element.attr('h')));
    } else if (element.xmlns === NS_CLIENT) {
      this.#handled++;
      if (element.name === 'message') this.#options.received?.(element);
      if (element.name === 'presence') this.#options.presence?.(element);
      if (element.name === 'iq') this.#readIq(element);
    }
  }

  #readIq(iq: Element): void {
    const isRequest = iq.attr('type') === 'get' || iq.attr('type') === 'set';
    if (isRequest) this.#options.asked?.(iq);
    else this.#replies.get(iq.attr('id') ?? '')?.(iq);
  }

  #acknowledge(h: number): void {
    const covered = this.#unacknowledged.splice(0, h - this.#acknowledged);
    if (covered.length < h - this.#acknowledged) throw new Error(`the server acknowledged ${h}, more than was sent`);
    this.#acknowledged = h;
    for (const { fate } of covered) fate?.acknowledged();
  }
}

async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${ANSWER_MS} ms`)), ANSWER_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

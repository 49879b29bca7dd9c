/**
 * A client that logs in over TLS, checks the certificate, and then leaves every stanza to the test: for asking a whole
 * server what it can. `ChatClient` is the one that counts.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { type Element, el } from '../../server/xml/element.ts';
import { XmlReader } from '../../server/xml/reader.ts';
import { createScramClient } from '../scene/scram-client.ts';
import type { ServerInTest } from './server-in-test.ts';

const NS_CLIENT = 'jabber:client';
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const LIMITS = { maxDepth: 100, maxAttributes: 64, maxStanzaBytes: 1024 * 1024 };
const STANZA_MS = 10_000;

interface Waiting {
  readonly isWanted: (element: Element) => boolean;
  readonly resolve: (element: Element) => void;
}

export interface TlsLogin {
  readonly server: ServerInTest;
  readonly localpart: string;
  readonly password: string;
  readonly resource?: string;
  /** Direct TLS (XEP-0368) unless it says otherwise. */
  readonly way?: 'direct' | 'starttls';
}

export class TlsClient {
  readonly #server: ServerInTest;
  readonly #domain: string;
  #socket: Socket | undefined;
  #arrived: Element[] = [];
  #waiting: Waiting[] = [];
  #lastId = 0;
  #jid = '';
  /** In the order in which they came: before TLS, before authentication, after it. */
  readonly features: Element[] = [];
  /** What ALPN has come to. */
  protocol: string | false | null = null;
  /** The beginning of the latest stream. */
  firstBytes = '';

  private constructor(server: ServerInTest) {
    this.#server = server;
    this.#domain = server.process.domain;
  }

  /** The full JID. */
  get jid(): string {
    return this.#jid;
  }

  get bareJid(): string {
    return this.#jid.split('/', 1)[0] ?? '';
  }

  /** Encrypted, before anybody has said who it is. */
  static async connect(server: ServerInTest, way: TlsLogin['way'] = 'direct'): Promise<TlsClient> {
    const client = new TlsClient(server);
    if (way === 'starttls') await client.#startTls();
    else client.#take(await client.#secure());
    await client.#open();
    return client;
  }

  /** To the features of a stream on which a resource can be bound, or a session resumed. */
  static async authenticate({ server, localpart, password, way }: TlsLogin): Promise<TlsClient> {
    const client = await TlsClient.connect(server, way);
    const scram = createScramClient({
      hash: 'sha256',
      username: localpart,
      password,
      nonce: randomBytes(12).toString('hex'),
    });
    client.send(el('auth', NS_SASL, { mechanism: 'SCRAM-SHA-256' }, btoa(scram.first)).toXml());
    const challenge = await client.next(({ xmlns }) => xmlns === NS_SASL, 'a challenge');
    client.send(el('response', NS_SASL, undefined, btoa(scram.final(atob(challenge.text())))).toXml());
    const outcome = await client.next(({ xmlns }) => xmlns === NS_SASL, 'success');
    if (!outcome.is('success', NS_SASL)) throw new Error(`${localpart} was refused: ${outcome.toXml()}`);
    await client.#open();
    return client;
  }

  /** Logs in and binds a resource; sends no presence. */
  static async login({ resource = 'suite', ...login }: TlsLogin): Promise<TlsClient> {
    const client = await TlsClient.authenticate(login);
    const bound = await client.request('set', `<bind xmlns='${NS_BIND}'><resource>${resource}</resource></bind>`, null);
    client.#jid = bound.child('bind', NS_BIND)?.childText('jid') ?? '';
    return client;
  }

  /** Stanzas that nobody has waited for yet. */
  get arrived(): readonly Element[] {
    return this.#arrived;
  }

  /** As in `TLSv1.3`. */
  get tlsVersion(): string | null {
    return this.#socket instanceof TLSSocket ? this.#socket.getProtocol() : null;
  }

  send(xml: string): void {
    this.#socket?.write(xml);
  }

  /** The answer, an error as well; to the server unless `to` is given, without any address when it is null. */
  async request(type: 'get' | 'set', payload: string, to: string | null = this.#domain): Promise<Element> {
    const id = `suite-${++this.#lastId}`;
    this.send(`<iq type='${type}' id='${id}'${to === null ? '' : ` to='${to}'`}>${payload}</iq>`);
    return await this.next((element) => element.name === 'iq' && element.attr('id') === id, `an answer to ${payload}`);
  }

  /** The first stanza of this kind that nobody has waited for yet, or that is still to come. */
  async next(isWanted: (element: Element) => boolean, what: string): Promise<Element> {
    const index = this.#arrived.findIndex(isWanted);
    if (index >= 0) return this.#arrived.splice(index, 1)[0] as Element;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Element>((resolve, reject) => {
        this.#waiting.push({ isWanted, resolve });
        const seen = () => this.#arrived.map((element) => element.toXml()).join('\n');
        timer = setTimeout(() => reject(new Error(`${what} did not come; what came: ${seen()}`)), STANZA_MS);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether a stanza of this kind has come by the time that the server has dealt with all that was sent. */
  async hasReceived(isWanted: (element: Element) => boolean): Promise<boolean> {
    await this.request('get', `<ping xmlns='urn:xmpp:ping'/>`);
    return this.#arrived.some(isWanted);
  }

  /** The connection is gone, without a word. */
  drop(): void {
    this.#socket?.destroy();
  }

  async #startTls(): Promise<void> {
    const socket = connectTcp({ host: '127.0.0.1', port: this.#server.process.ports.c2s });
    this.#take(socket);
    await this.#open();
    this.send(`<starttls xmlns='${NS_TLS}'/>`);
    await this.next((element) => element.is('proceed', NS_TLS), 'proceed');
    socket.removeAllListeners('data');
    this.#take(await this.#secure(socket));
  }

  async #secure(socket?: Socket): Promise<TLSSocket> {
    const secured = connectTls({
      ...(socket === undefined ? { host: '127.0.0.1', port: this.#server.process.ports.c2sTls } : { socket }),
      servername: this.#domain,
      ALPNProtocols: ['xmpp-client'],
      ca: readFileSync(join(this.#server.dataDir, 'certificates', 'ca.pem')),
    });
    await new Promise<void>((resolve, reject) => secured.once('secureConnect', resolve).once('error', reject));
    this.protocol = secured.alpnProtocol;
    return secured;
  }

  #take(socket: Socket): void {
    this.#socket = socket;
    // A server that is killed under a test breaks the connection.
    socket.on('error', () => undefined);
  }

  async #open(): Promise<void> {
    const reader = new XmlReader(
      {
        streamOpened: () => undefined,
        element: (element) => this.#read(element),
        streamClosed: () => this.#socket?.end('</stream:stream>'),
      },
      LIMITS,
    );
    this.#socket?.removeAllListeners('data');
    this.#socket?.once('data', (chunk: Buffer) => {
      this.firstBytes = chunk.toString('latin1');
    });
    this.#socket?.on('data', (chunk: Buffer) => reader.write(chunk));
    this.send(
      `<stream:stream to='${this.#domain}' version='1.0' xml:lang='en' xmlns='${NS_CLIENT}' xmlns:stream='http://etherx.jabber.org/streams'>`,
    );
    this.features.push(await this.next(({ name }) => name === 'features', 'stream features'));
  }

  #read(element: Element): void {
    const index = this.#waiting.findIndex(({ isWanted }) => isWanted(element));
    if (index >= 0) this.#waiting.splice(index, 1)[0]?.resolve(element);
    else this.#arrived.push(element);
  }
}

/** A client over a real WebSocket on real TLS: says what the test says, and reads message by message. */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { createScramClient } from '../scene/scram-client.ts';

const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const PATIENCE_MS = 10_000;
const BINDING_LABEL = 'EXPORTER-Channel-Binding';

let lastNonce = 0;

export interface Door {
  readonly port: number;
  readonly domain: string;
}

export class WebSocketClient {
  readonly #domain: string;
  readonly webSocket: WebSocket;
  readonly #socket: TLSSocket;
  readonly #texts: string[] = [];
  #arrived = Promise.withResolvers<void>();
  closeCode: number | undefined;
  jid = '';

  private constructor(webSocket: WebSocket, socket: TLSSocket, domain: string) {
    this.webSocket = webSocket;
    this.#socket = socket;
    this.#domain = domain;
    webSocket.on('message', (message: Buffer, isBinary) => {
      this.#texts.push(isBinary ? 'a binary message' : message.toString());
      this.#arrived.resolve();
    });
    webSocket.on('close', (code) => {
      this.closeCode = code;
      this.#arrived.resolve();
    });
    webSocket.on('error', () => undefined); // told by `closeCode`
  }

  static async connect({ port, domain }: Door, protocols: readonly string[] = ['xmpp']): Promise<WebSocketClient> {
    const socket = connect({ host: '127.0.0.1', port, servername: domain, rejectUnauthorized: false });
    const webSocket = new WebSocket(`wss://127.0.0.1:${port}/xmpp-websocket`, [...protocols], {
      createConnection: () => socket,
    });
    const client = new WebSocketClient(webSocket, socket, domain);
    await once(webSocket, 'open');
    return client;
  }

  get isClosed(): boolean {
    return this.closeCode !== undefined;
  }

  sends(message: string | Buffer): void {
    this.webSocket.send(message);
  }

  /** The text of the next message; undefined when the connection is closed. */
  async nextText(): Promise<string | undefined> {
    const timeout = setTimeout(() => this.#arrived.reject(new Error('nothing came')), PATIENCE_MS);
    try {
      while (this.#texts.length === 0 && !this.isClosed) {
        await this.#arrived.promise;
        this.#arrived = Promise.withResolvers();
      }
    } finally {
      clearTimeout(timeout);
    }
    return this.#texts.shift();
  }

  /** The next message, which must be a document of its own. */
  async next(): Promise<Element> {
    const text = await this.nextText();
    if (text === undefined) throw new Error(`the connection was closed with ${this.closeCode}`);
    return parseXml(text);
  }

  async opens(): Promise<Element> {
    this.sends(`<open xmlns='${NS_FRAMING}' to='${this.#domain}' version='1.0'/>`);
    const header = await this.next();
    if (!header.is('open', NS_FRAMING)) throw new Error(`an <open/> was awaited, but got ${header}`);
    return this.next();
  }

  async authenticates(username: string, password: string): Promise<void> {
    await this.opens();
    const scram = createScramClient({
      hash: 'sha256',
      username,
      password,
      nonce: `websocket${++lastNonce}`,
      gs2Header: 'p=tls-exporter,,',
      bindingData: this.#socket.exportKeyingMaterial(32, BINDING_LABEL, Buffer.alloc(0)),
    });
    this.sends(`<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-256-PLUS'>${encode(scram.first)}</auth>`);
    const challenge = await this.next();
    this.sends(`<response xmlns='${NS_SASL}'>${encode(scram.final(decode(challenge.text())))}</response>`);
    const success = await this.next();
    if (!success.is('success', NS_SASL) || !scram.isServerProven(decode(success.text()))) {
      throw new Error(`${username} could not sign in: ${success}`);
    }
    await this.opens();
  }

  async binds(resource: string): Promise<void> {
    this.sends(
      `<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='${NS_BIND}'><resource>${resource}</resource></bind></iq>`,
    );
    this.jid = (await this.next()).child('bind', NS_BIND)?.childText('jid') ?? '';
  }

  /** The connection is gone, without a word. */
  drops(): void {
    this.#socket.destroy();
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

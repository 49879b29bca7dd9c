/** A client over BOSH on real TLS: one request after the other, or several at a time as the test says. */
import { Agent, request } from 'node:https';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { createScramClient } from '../scene/scram-client.ts';

const NS_BOSH = 'http://jabber.org/protocol/httpbind';
const NS_XBOSH = 'urn:xmpp:xbosh';
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';

let lastNonce = 0;

export interface BoshAnswer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Posted {
  readonly answer: Promise<BoshAnswer>;
  /** The connection is gone before there is an answer. */
  breaks(): void;
}

export class BoshClient {
  readonly #port: number;
  readonly #domain: string;
  readonly #agent: Agent;
  rid = 1_573_741_820;
  /** Requests so far. */
  asked = 0;
  sid: string | undefined;
  jid = '';

  constructor({ port, domain }: { readonly port: number; readonly domain: string }) {
    this.#port = port;
    this.#domain = domain;
    this.#agent = new Agent({ keepAlive: true, rejectUnauthorized: false, servername: domain });
  }

  /** A request as it stands. */
  asks(body: string | Buffer, method = 'POST', headers: Record<string, string> = {}): Posted {
    this.asked++;
    const answer = Promise.withResolvers<BoshAnswer>();
    const asked = request({
      host: '127.0.0.1',
      port: this.#port,
      path: '/http-bind',
      method,
      agent: this.#agent,
      headers: { 'content-type': 'text/xml; charset=utf-8', ...headers },
    });
    asked.on('error', answer.reject);
    asked.on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      answer.resolve({ status: response.statusCode, headers: response.headers, text });
    });
    asked.end(body);
    answer.promise.catch(() => undefined); // when the test breaks it
    return { answer: answer.promise, breaks: () => asked.destroy() };
  }

  /** The next request of the session. */
  posts(payloads = '', attributes = ''): Posted {
    const sid = this.sid === undefined ? '' : ` sid='${this.sid}'`;
    return this.asks(this.wraps(payloads, `rid='${this.rid++}'${sid} ${attributes}`));
  }

  wraps(payloads: string, attributes: string): string {
    return `<body xmlns='${NS_BOSH}' xmlns:xmpp='${NS_XBOSH}' ${attributes}>${payloads}</body>`;
  }

  async sends(payloads = '', attributes = ''): Promise<Element> {
    return parseXml((await this.posts(payloads, attributes).answer).text);
  }

  /** A session, with these attributes in its request besides. */
  async begins(attributes = `ver='1.11' wait='60' hold='1'`): Promise<Element> {
    const body = await this.sends('', `to='${this.#domain}' xmpp:version='1.0' xml:lang='en' ${attributes}`);
    this.sid = body.attr('sid');
    return body;
  }

  async authenticates(username: string, password: string): Promise<void> {
    await this.begins();
    const nonce = `bosh${++lastNonce}`;
    const scram = createScramClient({ hash: 'sha256', username, password, nonce });
    const answer = async (xml: string) => {
      let [element] = (await this.sends(xml)).elements;
      while (element === undefined) [element] = (await this.sends()).elements;
      return element;
    };
    const challenge = await answer(`<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-256'>${encode(scram.first)}</auth>`);
    const final = encode(scram.final(decode(challenge.text())));
    const success = await answer(`<response xmlns='${NS_SASL}'>${final}</response>`);
    if (!scram.isServerProven(decode(success.text()))) throw new Error(`${username} could not sign in: ${success}`);
    await this.sends('', `xmpp:restart='true' to='${this.#domain}' xml:lang='en'`);
  }

  async binds(resource: string): Promise<void> {
    const body = await this.sends(
      `<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='${NS_BIND}'><resource>${resource}</resource></bind></iq>`,
    );
    this.jid = body.elements[0]?.child('bind', NS_BIND)?.childText('jid') ?? '';
  }

  closes(): void {
    this.#agent.destroy();
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

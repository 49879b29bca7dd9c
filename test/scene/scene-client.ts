/** A client in a scene: says what the script says, and reads what comes, stanza by stanza. */
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { XmlReader } from '../../server/xml/reader.ts';
import { difference } from './match.ts';
import { createScramClient } from './scram-client.ts';
import type { Wire } from './wire.ts';

const NS_CLIENT = 'jabber:client';
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
/** Only how long a failing scene takes to say so. */
const PATIENCE_MS = 5_000;
const LIMITS = { maxStanzaBytes: 10_000_000, maxDepth: 1_000, maxAttributes: 1_000 };

let counter = 0;

export class SceneClient {
  readonly name: string;
  readonly domain: string;
  readonly wire: Wire;
  #reader: XmlReader;
  #arrived: Element[] = [];
  #waiting: (() => void) | undefined;
  /** The server's stream header, features and end, as they come. */
  header: Element | undefined;
  features: Element | undefined;
  isStreamClosed = false;
  isConnectionClosed = false;
  #closeReason: string | undefined;
  /** By the id of the ping. */
  readonly #settling = new Map<string, () => void>();
  /** Where things take time: waits until the server has dealt with what the scene's other clients have said. */
  othersSettle: (() => Promise<void>) | undefined;
  /** Full JID, once bound. */
  jid = '';

  constructor(name: string, domain: string, wire: Wire) {
    this.name = name;
    this.domain = domain;
    this.wire = wire;
    this.#reader = this.#newReader();
    wire.events = {
      received: (chunk) => this.#reader.write(chunk),
      closed: (reason) => {
        this.isConnectionClosed = true;
        this.#closeReason = reason;
        this.#waiting?.();
        for (const done of this.#settling.values()) done();
      },
    };
  }

  get bare(): string {
    return `${this.name}@${this.domain}`;
  }

  /** Writes text as it stands. */
  sends(xml: string): void {
    this.wire.write(xml);
  }

  /** Opens a stream (again); the answer is read as `header`, then the features as the next element. */
  opens(attributes = ''): void {
    this.#reader.stop();
    this.#reader = this.#newReader();
    this.sends(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='${this.domain}'${attributes}>`,
    );
  }

  /** The next first-level element, stanza or not. */
  async next(): Promise<Element> {
    const element = await this.#take();
    if (element === undefined) {
      const reason = this.#closeReason === undefined ? '' : ` (${this.#closeReason})`;
      throw new Error(`${this.name}: the stream ended${reason}, but a stanza was awaited`);
    }
    return element;
  }

  /** The very next stanza is as `xml` says (see match.ts). */
  async receives(xml: string): Promise<Element> {
    const want = parseStanza(xml);
    const got = await this.next().catch((error) => {
      throw new Error(`${String(error)}\n  wanted ${want.toXml(NS_CLIENT)}`);
    });
    const why = difference(want, got);
    if (why !== undefined)
      throw new Error(`${this.name}: ${why}\n  wanted ${want.toXml(NS_CLIENT)}\n  got    ${got.toXml(NS_CLIENT)}`);
    return got;
  }

  /** Nothing is under way: a ping goes there and its answer is what comes next. */
  async receivesNothing(): Promise<void> {
    await this.othersSettle?.();
    const answer = await this.request(`<iq type='get' to='${this.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    if (answer.attr('type') !== 'result' && answer.attr('type') !== 'error') throw new Error('a ping was not answered');
  }

  /** The server has dealt with all that was said here; what comes meanwhile stays to be read. */
  async settles(): Promise<void> {
    if (this.jid === '' || this.isStreamClosed || this.isConnectionClosed) return;
    const id = `scene-${++counter}`;
    await new Promise<void>((resolve) => {
      this.#settling.set(id, resolve);
      this.sends(`<iq type='get' to='${this.domain}' id='${id}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    });
    this.#settling.delete(id);
  }

  /** Sends an iq with a fresh id and gives the answer, which must come next. */
  async request(xml: string): Promise<Element> {
    const id = `scene-${++counter}`;
    this.sends(parseStanza(xml).withAttr('id', id).toXml(NS_CLIENT));
    const answer = await this.next();
    if (answer.name !== 'iq' || answer.attr('id') !== id) {
      throw new Error(`${this.name}: the answer to ${xml} was awaited, but got ${answer.toXml(NS_CLIENT)}`);
    }
    return answer;
  }

  /** The server ends the stream, with this stream error as its condition if one is named. */
  async receivesEnd(condition?: string): Promise<Element | undefined> {
    const element = await this.#take();
    if (condition === undefined) {
      if (element !== undefined) throw new Error(`${this.name}: the end was awaited, but got ${element.toXml()}`);
      return undefined;
    }
    if (element?.name !== 'error' || element.child(condition, 'urn:ietf:params:xml:ns:xmpp-streams') === undefined) {
      throw new Error(
        `${this.name}: the stream error ${condition} was awaited, but got ${element?.toXml() ?? 'the end'}`,
      );
    }
    const end = await this.#take();
    if (end !== undefined) throw new Error(`${this.name}: after a stream error came ${end.toXml()}`);
    return element;
  }

  /** STARTTLS where it is offered, then SASL; leaves the stream before resource binding. */
  async authenticates(password: string): Promise<void> {
    this.opens();
    let features = await this.#nextFeatures();
    if (!this.wire.isSecure && features.child('starttls', NS_TLS) !== undefined) {
      this.sends(`<starttls xmlns='${NS_TLS}'/>`);
      await this.receives(`<proceed xmlns='${NS_TLS}'/>`);
      await this.wire.secure();
      this.opens();
      features = await this.#nextFeatures();
    }
    const scram = createScramClient({ hash: 'sha1', username: this.name, password, nonce: `scene${++counter}` });
    this.sends(`<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-1'>${encode(scram.first)}</auth>`);
    const challenge = await this.next();
    this.sends(`<response xmlns='${NS_SASL}'>${encode(scram.final(decode(challenge.text())))}</response>`);
    const success = await this.next();
    if (success.name !== 'success' || !scram.isServerProven(decode(success.text()))) {
      throw new Error(`${this.name} could not sign in: ${success.toXml()}`);
    }
    this.opens();
    await this.#nextFeatures();
  }

  async binds(resource?: string): Promise<void> {
    const wanted = resource === undefined ? '' : `<resource>${resource}</resource>`;
    const answer = await this.request(`<iq type='set'><bind xmlns='${NS_BIND}'>${wanted}</bind></iq>`);
    this.jid = answer.child('bind', NS_BIND)?.childText('jid') ?? '';
    if (this.jid === '') throw new Error(`${this.name} could not bind: ${answer.toXml()}`);
  }

  /** Goes online: initial presence, whose echo to oneself is not awaited. */
  appears(presence = '<presence/>'): void {
    this.sends(presence);
  }

  /** Ends the stream properly and waits for the server's end; what comes before that is not looked at. */
  async ends(): Promise<void> {
    this.sends('</stream:stream>');
    while ((await this.#take()) !== undefined);
    this.wire.end();
  }

  /** The connection is lost without a word. */
  drops(): void {
    this.wire.destroy();
  }

  async #nextFeatures(): Promise<Element> {
    const element = await this.next();
    if (element.name !== 'features')
      throw new Error(`${this.name}: stream features were awaited, but got ${element.toXml()}`);
    return element;
  }

  /** The next element, or undefined at the end of the stream. */
  async #take(): Promise<Element | undefined> {
    const endMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const element = this.#arrived.shift();
      if (element !== undefined) return element;
      if (this.isStreamClosed || this.isConnectionClosed) return undefined;
      const isLate = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), Math.max(1, endMs - Date.now()));
        this.#waiting = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      this.#waiting = undefined;
      if (isLate) throw new Error(`${this.name}: nothing came within ${PATIENCE_MS} ms`);
    }
  }

  #newReader(): XmlReader {
    return new XmlReader(
      {
        streamOpened: (header) => {
          this.header = header;
        },
        element: (element) => {
          if (element.name === 'features') this.features = element;
          const settled = this.#settling.get(element.attr('id') ?? '');
          if (settled !== undefined) {
            settled();
            return;
          }
          // Requests for acknowledgement are the business of the scenes that enabled stream management.
          this.#arrived.push(element);
          this.#waiting?.();
        },
        streamClosed: () => {
          this.isStreamClosed = true;
          this.#waiting?.();
        },
      },
      LIMITS,
    );
  }
}

/** A stanza as scripts write it: in the namespace `jabber:client` unless it says otherwise. */
export function parseStanza(xml: string): Element {
  const wrapped = parseXml(
    `<stream xmlns='${NS_CLIENT}' xmlns:stream='http://etherx.jabber.org/streams'>${xml.trim()}</stream>`,
  );
  const stanza = wrapped.elements[0];
  if (stanza === undefined) throw new Error(`no stanza in ${xml}`);
  return stanza;
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

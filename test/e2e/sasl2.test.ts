/** Signing in with SASL2, channel binding, Bind 2 and stream management over real TLS, and how many flights it takes. */
import { randomBytes } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { XmlReader } from '../../server/xml/reader.ts';
import { createScramClient } from '../scene/scram-client.ts';
import { ServerInTest } from './server-in-test.ts';

const DOMAIN = 'quick.test';
const NS_SASL2 = 'urn:xmpp:sasl:2';
const NS_SM = 'urn:xmpp:sm:3';
const NS_BIND2 = 'urn:xmpp:bind:0';
const NS_IAP = 'urn:xmpp:iap:0';
const PHONE = 'd4565fa7-4d72-4749-b3d3-740edbf87770';
const LIMITS = { maxDepth: 100, maxAttributes: 64, maxStanzaBytes: 1024 * 1024 };

let server: ServerInTest;
let password: string;

beforeAll(async () => {
  server = await ServerInTest.start({ domain: DOMAIN });
  const [juliet] = await server.addAccounts('juliet');
  password = juliet?.password ?? '';
});
afterAll(() => server?.close());

/** A connection that counts how often it has written. */
class Connection {
  readonly #socket: TLSSocket;
  readonly #arrived: Element[] = [];
  #wake: (() => void) | undefined;
  flights = 0;
  headers = 0;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    const reader = new XmlReader(
      {
        streamOpened: () => {
          this.headers++;
        },
        element: (element) => {
          this.#arrived.push(element);
          this.#wake?.();
        },
        streamClosed: () => undefined,
      },
      LIMITS,
    );
    socket.on('data', (chunk: Buffer) => reader.write(chunk));
  }

  static async open(): Promise<Connection> {
    const port = server.process.ports.c2sTls;
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername: DOMAIN,
      ALPNProtocols: ['xmpp-client'],
      rejectUnauthorized: false,
    });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return new Connection(socket);
  }

  get channelBinding(): Uint8Array {
    return this.#socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  }

  send(xml: string): void {
    this.flights++;
    this.#socket.write(xml);
  }

  async next(): Promise<Element> {
    for (;;) {
      const element = this.#arrived.shift();
      if (element !== undefined) return element;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  drop(): void {
    this.#socket.destroy();
  }
}

const HEADER = `<stream:stream from='juliet@${DOMAIN}' to='${DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;

/** Header and `<authenticate/>` in one flight, the proof in the next; the success. */
async function arrives(connection: Connection, inside: string): Promise<Element> {
  const scram = createScramClient({
    hash: 'sha256',
    username: 'juliet',
    password,
    nonce: randomBytes(12).toString('hex'),
    gs2Header: 'p=tls-exporter,,',
    bindingData: connection.channelBinding,
  });
  connection.send(
    `${HEADER}<authenticate xmlns='${NS_SASL2}' mechanism='SCRAM-SHA-256-PLUS'><initial-response>${btoa(scram.first)}</initial-response>` +
      `<user-agent id='${PHONE}'><software>Quick</software></user-agent>${inside}</authenticate>`,
  );
  expect((await connection.next()).name).toBe('features');
  const challenge = await connection.next();
  expect(challenge.is('challenge', NS_SASL2), challenge.toXml()).toBe(true);
  connection.send(`<response xmlns='${NS_SASL2}'>${btoa(scram.final(atob(challenge.text())))}</response>`);
  const success = await connection.next();
  expect(success.is('success', NS_SASL2), success.toXml()).toBe(true);
  expect(scram.isServerProven(atob(success.childText('additional-data') ?? ''))).toBe(true);
  return success;
}

test('a session, managed and bound to the channel, takes two flights; so does going on with it', async () => {
  const visit = await Connection.open();
  visit.send(HEADER);
  const version = (await visit.next()).child('config-version', NS_IAP)?.attr('value');
  visit.drop();
  const configVersion = `<config-version xmlns='${NS_IAP}' scheme='opaque' value='${version}'/>`;
  const bind = `<bind xmlns='${NS_BIND2}'><tag>Quick</tag><enable xmlns='urn:xmpp:carbons:2'/><enable xmlns='${NS_SM}' resume='true'/></bind>`;

  const first = await Connection.open();
  const success = await arrives(first, configVersion + bind);
  const jid = success.childText('authorization-identifier');
  expect(jid).toMatch(new RegExp(`^juliet@${DOMAIN}/Quick/`));
  const enabled = success.child('bound', NS_BIND2)?.child('enabled', NS_SM);
  expect(enabled?.attr('resume')).toBe('true');
  expect((await first.next()).name).toBe('features');
  expect({ flights: first.flights, headers: first.headers }).toEqual({ flights: 2, headers: 1 });
  first.send(`<message to='${jid}' id='1'><body>To myself</body></message>`);
  expect((await first.next()).childText('body')).toBe('To myself');
  expect((await first.next()).is('r', NS_SM)).toBe(true);
  first.drop();

  const second = await Connection.open();
  const resume = `<resume xmlns='${NS_SM}' previd='${enabled?.attr('id')}' h='0'/>`;
  const again = await arrives(second, configVersion + resume + bind);
  expect(again.child('resumed', NS_SM)?.attr('h')).toBe('1');
  expect(again.child('bound', NS_BIND2)).toBeUndefined();
  expect(again.childText('authorization-identifier')).toBe(jid);
  expect((await second.next()).childText('body')).toBe('To myself');
  expect(second.flights).toBe(2);
  second.drop();

  const third = await Connection.open();
  const gone = await arrives(third, `<resume xmlns='${NS_SM}' previd='nothing' h='0'/>${bind}`);
  expect(gone.child('failed', NS_SM)).toBeDefined();
  expect(gone.childText('authorization-identifier')).toBe(jid);
  third.drop();
});

/** Tokens (XEP-0484) over real TLS, with what each version of it can bind to, and across the death of the server. */
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { XmlReader } from '../../server/xml/reader.ts';
import { createScramClient } from '../scene/scram-client.ts';
import { ServerInTest } from './server-in-test.ts';

const DOMAIN = 'token.test';
const NS_SASL2 = 'urn:xmpp:sasl:2';
const NS_FAST = 'urn:xmpp:fast:0';
const AGENT = "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'/>";
const LIMITS = { maxDepth: 100, maxAttributes: 64, maxStanzaBytes: 1024 * 1024 };

let server: ServerInTest;
let password: string;

beforeAll(async () => {
  server = await ServerInTest.start({ domain: DOMAIN });
  const [juliet] = await server.addAccounts('juliet');
  password = juliet?.password ?? '';
});
afterAll(() => server?.close());

interface Connection {
  readonly socket: TLSSocket;
  readonly offered: readonly string[];
  ask(xml: string): Promise<Element>;
}

/** A stream up to its features. */
async function open(options: { readonly version?: 'TLSv1.2'; readonly session?: Buffer } = {}): Promise<Connection> {
  const socket = connect({
    host: '127.0.0.1',
    port: server.process.ports.c2sTls,
    servername: DOMAIN,
    ALPNProtocols: ['xmpp-client'],
    rejectUnauthorized: false,
    ...(options.version && { maxVersion: options.version }),
    ...(options.session && { session: options.session }),
  });
  await once(socket, 'secureConnect');
  const arrived: Element[] = [];
  const events = { streamOpened: () => undefined, streamClosed: () => undefined };
  const reader = new XmlReader({ ...events, element: (element) => arrived.push(element) }, LIMITS);
  const ask = async (xml: string) => {
    socket.write(xml);
    for (;;) {
      const element = arrived.shift();
      if (element !== undefined) return element;
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      reader.write(chunk);
    }
  };
  const features = await ask(
    `<stream:stream from='juliet@${DOMAIN}' to='${DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
  );
  const fast = features.child('authentication', NS_SASL2)?.child('inline')?.child('fast', NS_FAST);
  return { socket, ask, offered: fast?.elements.map((mechanism) => mechanism.text()) ?? [] };
}

function authenticate(mechanism: string, message: string | Buffer, inside: string): string {
  const initial = Buffer.from(message).toString('base64');
  return `<authenticate xmlns='${NS_SASL2}' mechanism='${mechanism}'><initial-response>${initial}</initial-response>${AGENT}${inside}</authenticate>`;
}

async function getToken(mechanism: string): Promise<string> {
  const { socket, ask } = await open();
  const scram = createScramClient({ hash: 'sha256', username: 'juliet', password, nonce: 'abc' });
  const wish = `<request-token xmlns='${NS_FAST}' mechanism='${mechanism}'/>`;
  const challenge = await ask(authenticate('SCRAM-SHA-256', scram.first, wish));
  const proof = btoa(scram.final(atob(challenge.text())));
  const success = await ask(`<response xmlns='${NS_SASL2}'>${proof}</response>`);
  socket.destroy();
  return success.child('token', NS_FAST)?.attr('token') ?? '';
}

const BINDINGS: Readonly<Record<string, (socket: TLSSocket) => Uint8Array>> = {
  'HT-SHA-256-EXPR': (socket) => socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
  'HT-SHA-256-ENDP': (socket) => createHash('sha256').update(socket.getPeerCertificate().raw).digest(),
  'HT-SHA-256-NONE': () => new Uint8Array(),
};

/** The name of the answer, or of the condition when it is a failure; the server's proof is checked. */
async function present(token: string, mechanism: string, { socket, ask }: Connection): Promise<string | undefined> {
  const data = BINDINGS[mechanism]?.(socket) ?? new Uint8Array();
  const sign = (role: string) => createHmac('sha256', token).update(role).update(data).digest();
  const message = Buffer.concat([Buffer.from('juliet\0'), sign('Initiator')]);
  const answer = await ask(authenticate(mechanism, message, `<fast xmlns='${NS_FAST}'/>`));
  socket.destroy();
  if (answer.name !== 'success') return answer.elements[0]?.name;
  expect(answer.childText('additional-data')).toBe(sign('Responder').toString('base64'));
  return answer.name;
}

test('TLS 1.3 binds a token to its exporter, to the certificate or to nothing; a killed server still knows it', async () => {
  expect((await open()).offered).toEqual(Object.keys(BINDINGS));
  for (const mechanism of Object.keys(BINDINGS)) {
    const token = await getToken(mechanism);
    expect(await present(token, mechanism, await open())).toBe('success');
    await server.process.kill();
    await server.startAgain();
    expect(await present(token, mechanism, await open())).toBe('success');
  }
});

test('TLS 1.2 has no exporter, and no tokens where one of its sessions was resumed', async () => {
  const token = await getToken('HT-SHA-256-ENDP');
  const first = await open({ version: 'TLSv1.2' });
  expect(first.offered).toEqual(['HT-SHA-256-ENDP', 'HT-SHA-256-NONE']);
  const session = first.socket.getSession();
  expect(await present(token, 'HT-SHA-256-ENDP', first)).toBe('success');
  const second = await open({ version: 'TLSv1.2', ...(session && { session }) });
  expect(second.socket.isSessionReused()).toBe(true);
  expect(second.offered).toEqual([]);
  expect(await present(token, 'HT-SHA-256-NONE', second)).toBe('invalid-mechanism');
});

import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:https';
import { type AddressInfo, connect as connectPlain, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { generateKeyPem, issueAuthority, issueLeaf } from '../../server/certificates/issue.ts';
import { createServerTls, type ServerTls } from '../../server/listeners/tls.ts';
import { listenWeb, type WebListener, type WebListenerOptions } from '../../server/listeners/web.ts';
import { createLogger } from '../../server/log/log.ts';
import { RecentLines } from '../../server/log/recent-lines.ts';

let authority: string;
let tls: ServerTls;
let renewed: ServerTls;

beforeAll(async () => {
  const keyPem = await generateKeyPem();
  const nowMs = Date.now();
  authority = await issueAuthority({ domain: 'miller.local', keyPem, nowMs });
  const leaf = async (): Promise<ServerTls> => {
    const leafKey = await generateKeyPem();
    const issuer = { certificatePem: authority, keyPem, expiresAtMs: nowMs + 86_400_000 };
    return createServerTls({
      certificatePem: await issueLeaf({ domain: 'miller.local', keyPem: leafKey, nowMs }, issuer),
      keyPem: leafKey,
    });
  };
  tls = await leaf();
  renewed = await leaf();
});

async function open(options: Partial<WebListenerOptions> = {}): Promise<WebListener> {
  const listener = await listenWeb({
    address: '127.0.0.1',
    port: 0,
    tls,
    routes: [],
    upgrades: [],
    log: createLogger('silent', new RecentLines()),
    ...options,
  });
  onTestFinished(() => listener.close());
  return listener;
}

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly nosniff: unknown;
  readonly text: string;
}

async function ask(port: number, path: string, options: { method?: string; body?: string } = {}): Promise<Answer> {
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    method: options.method ?? 'GET',
    ca: authority,
    servername: 'miller.local',
    agent: false,
  });
  asked.end(options.body);
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const { 'content-type': type, 'x-content-type-options': nosniff } = response.headers;
  return { status: response.statusCode, type, nosniff, text };
}

test('what a module serves is answered with a certificate of the domain', async () => {
  const { port } = await open({ routes: [(server) => void server.get('/greeting', () => 'Hello')] });
  expect(await ask(port, '/greeting')).toMatchObject({ status: 200, text: 'Hello', nosniff: 'nosniff' });
});

test('what nobody serves is a problem document that says so', async () => {
  const { port } = await open();
  const answer = await ask(port, '/nothing');
  expect(answer).toMatchObject({ status: 404, type: 'application/problem+json; charset=utf-8' });
  expect(JSON.parse(answer.text)).toEqual({ type: 'about:blank', status: 404, detail: 'There is nothing here.' });
});

test('a fault of the server tells a stranger nothing of it', async () => {
  const fail = () => {
    throw new Error('the secret of the inside');
  };
  const { port } = await open({ routes: [(server) => void server.get('/fault', fail)] });
  const answer = await ask(port, '/fault');
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('secret');
});

test('a body of which nobody has said what it is goes unread', async () => {
  const { port } = await open({ routes: [(server) => void server.post('/call', () => 'taken')] });
  expect(await ask(port, '/call', { method: 'POST', body: 'x'.repeat(2_000_000) })).toMatchObject({ status: 415 });
});

test('what is refused is not read to its end', async () => {
  const { port } = await open();
  const said = 'PUT /nothing HTTP/1.1\r\nHost: miller.local\r\nContent-Length: 9999999999\r\n\r\n';
  const socket = await stranger(port, said);
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 404 .*\r\nconnection: close\r\n/is);
  await once(socket, 'end');
});

test('one module’s parsers and hooks concern no other', async () => {
  const { port } = await open({
    routes: [
      (server) => {
        server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
        server.addHook('onRequest', (_request, reply, next) => {
          reply.header('content-language', 'de');
          next();
        });
        server.post('/mine', ({ body }) => body);
      },
      (server) => void server.post('/other', () => 'taken'),
    ],
  });
  expect(await ask(port, '/mine', { method: 'POST', body: 'Hallo' })).toMatchObject({ status: 200, text: 'Hallo' });
  expect(await ask(port, '/other', { method: 'POST', body: 'Hallo' })).toMatchObject({ status: 415 });
});

test('a renewed certificate is shown to the next connection', async () => {
  const listener = await open();
  const fingerprint = async (): Promise<string> => {
    const socket = connect({ port: listener.port, host: '127.0.0.1', ca: authority, servername: 'miller.local' });
    await once(socket, 'secureConnect');
    const certificate = socket.getPeerCertificate().fingerprint256;
    socket.destroy();
    return certificate;
  };
  const before = await fingerprint();
  listener.setTls(renewed);
  expect(await fingerprint()).not.toBe(before);
});

test('an upgrade to a path that nobody has is refused', async () => {
  const { port } = await open();
  const socket = connect({ port, host: '127.0.0.1', ca: authority, servername: 'miller.local' });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  socket.write('GET /nowhere HTTP/1.1\r\nHost: miller.local\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 404 /);
});

test.each(['//', '/%', '/a b'])(
  'an upgrade to what is no path, such as %s, is refused, and the server lives on',
  async (path) => {
    const { port } = await open();
    const socket = connect({ port, host: '127.0.0.1', ca: authority, servername: 'miller.local' });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: miller.local\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(await ask(port, '/nothing')).toMatchObject({ status: 404 });
  },
);

test('a client that resets its connection while it is refused an upgrade does no harm', async () => {
  const { port } = await open();
  for (let i = 0; i < 10; i++) {
    const plain = connectPlain({ port, host: '127.0.0.1' });
    const socket = connect({ socket: plain, ca: authority, servername: 'miller.local' });
    await once(socket, 'secureConnect');
    socket.write('GET /nowhere HTTP/1.1\r\nHost: miller.local\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    if (i % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
    plain.resetAndDestroy();
  }
  expect(await ask(port, '/nothing')).toMatchObject({ status: 404 });
});

/** A connection on which a stranger says `said`, and never ends it himself. */
async function stranger(port: number, said: string): Promise<TLSSocket> {
  const plain = connectPlain({ port, host: '127.0.0.1', allowHalfOpen: true });
  const socket = connect({ socket: plain, ca: authority, servername: 'miller.local' });
  socket.on('error', () => undefined);
  onTestFinished(() => void plain.destroy());
  await once(socket, 'secureConnect');
  socket.write(said);
  return socket;
}

test('a client that is refused an upgrade and does not leave does not keep the server from closing', async () => {
  const listener = await open();
  const said = 'GET /nowhere HTTP/1.1\r\nHost: miller.local\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const socket = await stranger(listener.port, said);
  await once(socket, 'data');
  await listener.close();
});

test('with too many connections the oldest from where most come goes, and newcomers are served', async () => {
  const { port } = await open({ maxConnections: 3 });
  const crowd = [];
  for (let i = 0; i < 3; i++) crowd.push(await stranger(port, 'GET /'));
  const [oldest, ...others] = crowd;
  const isGone = oldest && once(oldest.resume(), 'end');
  expect(await ask(port, '/nothing')).toMatchObject({ status: 404 });
  await isGone;
  expect(others.map(({ readable }) => readable)).toEqual([true, true]);
});

test('connections that have left HTTP behind do not count', async () => {
  const accepted: Duplex[] = [];
  const accept = (_request: unknown, socket: Duplex) => void accepted.push(socket);
  onTestFinished(() => accepted.forEach((socket) => void socket.destroy()));
  const { port } = await open({ maxConnections: 1, upgrades: [{ path: '/there', accept }] });
  const said = 'GET /there HTTP/1.1\r\nHost: miller.local\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  await stranger(port, said);
  await expect.poll(() => accepted.length).toBe(1);
  expect(await ask(port, '/nothing')).toMatchObject({ status: 404 });
  expect(accepted.map(({ destroyed }) => destroyed)).toEqual([false]);
});

test('a port that is taken is the system’s error', async () => {
  const other = createServer();
  await once(other.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void other.close());
  await expect(open({ port: (other.address() as AddressInfo).port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('who comes by address is shown the certificate for addresses, who names the domain the stable one', async () => {
  const { port, setTls } = await open({ tls: { ...tls, byAddress: renewed } });
  const shownTo = async (servername?: string): Promise<string | undefined> => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...(servername && { servername }) });
    await once(socket, 'secureConnect');
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    return new X509Certificate(raw).toString().trim();
  };
  const pemOf = ({ options }: ServerTls) => String(options.cert).trim();
  expect(await shownTo()).toBe(pemOf(renewed));
  expect(await shownTo('miller.local')).toBe(pemOf(tls));
  expect(await shownTo('rooms.miller.local')).toBe(pemOf(tls));
  setTls({ ...renewed, byAddress: tls });
  expect(await shownTo()).toBe(pemOf(tls));
  expect(await shownTo('miller.local')).toBe(pemOf(renewed));
});

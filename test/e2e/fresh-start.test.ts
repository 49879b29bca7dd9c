/** Start and stop as the host of a small office meets them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChatClient } from './chat-client.ts';
import { ServerInTest } from './server-in-test.ts';
import { runSnug } from './snug-command.ts';
import { startSnug } from './snug-process.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const DOMAIN = 'office.test';
const READY_MS = 5_000;
const STOP_MS = 5_000;

let dataDir: string;
let closers: (() => unknown)[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'snug-fresh-'));
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function startOffice(): Promise<ServerInTest> {
  const server = await ServerInTest.start({ domain: DOMAIN });
  closers.push(() => server.close());
  return server;
}

function createClient(server: ServerInTest, resource: string): ChatClient {
  const { admin, ports } = server.process;
  const client = new ChatClient({
    port: ports.c2sTls,
    domain: DOMAIN,
    localpart: 'admin',
    password: admin?.password ?? '',
    resource,
  });
  closers.push(() => client.drop());
  return client;
}

test('npm start on an empty directory serves within five seconds, with everything a first client needs', async () => {
  const settings = [
    'listen.address=127.0.0.1',
    'c2s.port=0',
    'c2s.directTlsPort=0',
    'web.port=0',
    'proxy.port=0',
    'lan.mdns=false',
  ];
  const words = ['--json', '--data', dataDir, ...settings.flatMap((setting) => ['--set', setting])];
  const since = performance.now();
  const npm = spawn('npm', ['start', '--silent', '--', ...words], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((done) => npm.once('exit', done));
  closers.push(() => npm.kill('SIGKILL'));
  let ready: Record<string, unknown> | undefined;
  for await (const line of createInterface({ input: npm.stdout })) {
    const event = JSON.parse(line);
    if (event.event !== 'ready') continue;
    ready = event;
    // npm stands between us and the server.
    closers.push(() => process.kill(event.pid, 0) && process.kill(event.pid, 'SIGKILL'));
    break;
  }
  expect(performance.now() - since).toBeLessThan(READY_MS);
  expect(ready).toMatchObject({
    domain: 'snug.local',
    ports: { c2s: expect.any(Number), c2sTls: expect.any(Number) },
    fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    admin: { jid: 'admin@snug.local', password: expect.stringMatching(/^.{12,}$/) },
  });
  await runSnug(dataDir, 'stop');
  expect(await ended).toBe(0);
  closers = [];
});

test('SIGTERM tells every client system-shutdown and is done within five seconds', async () => {
  const server = await startOffice();
  const clients = ['phone', 'laptop', 'tablet'].map((resource) => createClient(server, resource));
  await Promise.all(clients.map((client) => client.login()));
  const since = performance.now();
  const stopped = server.process.stop();
  await Promise.all(clients.map(({ gone }) => gone));
  for (const client of clients) {
    expect(client.streamError).toBe('system-shutdown');
    expect(client.isClosedByServer).toBe(true);
  }
  expect(await stopped).toBe(0);
  expect(performance.now() - since).toBeLessThan(STOP_MS);
});

test('a client that neither reads nor says goodbye cannot hold up the stop', async () => {
  const server = await startOffice();
  const socket = connect({ port: server.process.ports.c2sTls, servername: DOMAIN, rejectUnauthorized: false });
  closers.push(() => socket.destroy());
  socket.on('error', () => undefined);
  const header = `<stream:stream to='${DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
  socket.write(header);
  // The server has begun its stream; from now on nothing is read.
  await new Promise((done) => socket.once('data', done));
  socket.pause();
  const since = performance.now();
  expect(await server.process.stop()).toBe(0);
  expect(performance.now() - since).toBeLessThan(STOP_MS);
});

test('a port that is in use is named, with the program that has it', async () => {
  const holder = createServer();
  await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
  closers.push(() => new Promise((done) => holder.close(done)));
  const address = holder.address();
  if (address === null || typeof address === 'string') throw new Error('the port is not known');
  const { port } = address;
  const starting = startSnug({ dataDir, ports: { c2s: port, c2sTls: 0, web: 0 } });
  await expect(starting).rejects.toThrow(new RegExp(`Port ${port} is in use by .*${process.pid}.*c2s\\.port`));
});

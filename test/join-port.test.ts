/** The port of the join and trust pages: where it opens, what its address is, and strangers who mean no good. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLocalIdentity } from '../server/certificates/local-authority.ts';
import type { TlsIdentity } from '../server/certificates/tls-identity.ts';
import { Config } from '../server/config/config.ts';
import { serverGroups } from '../server/config/settings.ts';
import { chooseAddress, type JoinPort, openJoinPort } from '../server/join-port.ts';
import { createLogger } from '../server/log/log.ts';
import { RecentLines } from '../server/log/recent-lines.ts';

let folder: string;
let lines: RecentLines;
const opened: JoinPort[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snug-join-'));
  lines = new RecentLines();
});
afterEach(async () => {
  for (const port of opened.splice(0)) await port.close();
  rmSync(folder, { recursive: true });
});

const OWN: TlsIdentity = {
  certificatePem: '',
  keyPem: '',
  fingerprintSha256: 'AB:CD',
  expiresAt: new Date(0),
  source: 'files',
};

async function open(
  port: number | 'off',
  current = OWN,
  addresses: readonly string[] = ['127.0.0.1'],
): Promise<JoinPort | undefined> {
  const overrides = ['listen.address=127.0.0.1', `join.port=${port}`];
  const config = Config.load({ path: join(folder, 'settings.json'), groups: serverGroups, overrides });
  const opening = await openJoinPort({
    config,
    pages: {
      routes: (trust) => (server) => {
        server.get('/join', (_request, reply) => reply.send(JSON.stringify(trust())));
      },
    },
    certificates: { current },
    addresses: () => addresses,
    ports: { c2s: 5222, c2sTls: null, web: null },
    log: createLogger('debug', lines),
  });
  if (opening !== undefined) opened.push(opening);
  return opening;
}

test('it answers under the address that it tells', async () => {
  const port = await open(0);
  expect(port?.address).toBe(`http://127.0.0.1:${port?.port}/join`);
  expect(await (await fetch(port?.address ?? '')).json()).toEqual({
    fingerprint: 'AB:CD',
    addresses: ['127.0.0.1'],
    pageAddresses: [],
    port: 5222,
  });
});

test('it tells by which addresses pages can be opened over HTTPS: those that the certificate names', async () => {
  const log = createLogger('debug', lines);
  const addresses = ['192.168.1.5', '203.0.113.4', 'fd00::5'];
  const identity = await openLocalIdentity({ directory: folder, domain: 'a.local', nowMs: Date.now(), addresses, log });
  const port = await open(0, identity, addresses);
  const told = await (await fetch(`http://127.0.0.1:${port?.port}/join`)).json();
  expect(told).toMatchObject({ pageAddresses: ['192.168.1.5', 'fd00::5'] });
});

test('it can be switched off', async () => {
  expect(await open('off')).toBeUndefined();
});

test('another port is used, and that is logged, when somebody has it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const other = await open(port);
  expect(other?.port).not.toBe(port);
  expect(lines.recent(9).map(({ message }) => message)).toContain('join.port cannot be had; another one is used');
  taken.close();
});

test.each([
  ['no HTTP at all', '\x16\x03\x01\x00\x00 hello\r\n\r\n'],
  ['a head without end', `GET /join HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
  ['a path without end', `GET /${'a'.repeat(50_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ['a path that climbs', 'GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a path that is none', 'GET /%zz%00 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['two lengths', 'POST /join HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['an upgrade', 'GET /join HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['a proxy’s request', 'CONNECT 192.168.1.1:80 HTTP/1.1\r\nHost: a\r\n\r\n'],
])('%s changes nothing for others', async (_what, bytes) => {
  const port = await open(0);
  const socket = connect(port?.port ?? 0, '127.0.0.1').on('error', () => undefined);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += String(chunk);
    socket.end();
  });
  socket.write(bytes, 'latin1');
  await new Promise((closed) => socket.once('close', closed));
  expect(answer).not.toMatch(/root:/);
  expect((await fetch(port?.address ?? '')).status).toBe(200);
  expect(lines.recent(99).filter(({ level }) => level === 'error')).toEqual([]);
});

describe('the address', () => {
  test.each([
    [['192.168.1.5/24'], ['172.17.0.1', '192.168.1.5'], '192.168.1.5'],
    [['fd00::1/64'], ['10.0.0.2'], '10.0.0.2'],
    [[], ['fe80::1', 'fd00::1'], 'fd00::1'],
    [[], [], undefined],
  ])('on the networks %j with the addresses %j is %s', (networks, addresses, chosen) => {
    expect(chooseAddress(networks, addresses)).toBe(chosen);
  });
});

/**
 * Strangers on the local network at the two ports where they may ask for pages: whatever they send, they get a refusal or
 * are hung up on, everybody else is served meanwhile, and the server grows by no more than it can bear.
 */
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServerInTest } from './server-in-test.ts';

const DOMAIN = 'miller.local';
const HOST = `Host: ${DOMAIN}\r\n`;
/** What a single one of these attacks may add for good, far below what any of them would send. */
const MAX_GROWTH_BYTES = 150 * 1024 * 1024;
const ANSWER = /^HTTP\/1\.1 (\d{3}) /;

let server: ServerInTest;
let joinPort: number;
let webPort: number;
let bytesBefore: number;

type Door = 'join' | 'web';

function open(door: Door): Socket {
  const socket =
    door === 'join'
      ? connect(joinPort, '127.0.0.1')
      : connectTls({ port: webPort, host: '127.0.0.1', servername: DOMAIN, rejectUnauthorized: false });
  return socket.on('error', () => undefined);
}

/** Sends it and tells what came back until the server hung up, or until `isEnough`. */
async function says(
  door: Door,
  bytes: string | readonly string[],
  isEnough: (answer: string) => boolean = (answer) => ANSWER.test(answer),
): Promise<string> {
  const socket = open(door);
  let answer = '';
  const done = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (isEnough(answer)) resolve();
    });
    socket.once('close', () => resolve());
  });
  for (const part of typeof bytes === 'string' ? [bytes] : bytes) {
    if (socket.destroyed) break;
    await new Promise<void>((written) => socket.write(part, 'latin1', () => written()));
  }
  await done;
  socket.destroy();
  return answer;
}

const statusOf = (answer: string): number => Number(ANSWER.exec(answer)?.[1] ?? 0);

/** Somebody who means well asks for a page at each port. */
async function othersAreServed(): Promise<void> {
  expect(await statusFor(http, `http://127.0.0.1:${joinPort}/join`)).toBe(200);
  expect(await statusFor(https, `https://127.0.0.1:${webPort}/join/account`)).toBe(200);
}

/** On a connection of its own: one from before may have been the oldest when there were too many. */
function statusFor(protocol: Pick<typeof https, 'get'>, address: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { agent: false as const, rejectUnauthorized: false };
    protocol.get(address, options, (answer) => resolve(answer.resume().statusCode)).on('error', reject);
  });
}

function residentBytes(): number {
  const path = `/proc/${server.process.pid}/status`;
  if (!existsSync(path)) return 0;
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(path, 'utf8'))?.[1] ?? 0) * 1024;
}

beforeAll(async () => {
  server = await ServerInTest.start({ domain: DOMAIN, settings: ['join.port=0'] });
  joinPort = server.process.ports.join ?? 0;
  webPort = server.process.ports.web;
  await othersAreServed();
  bytesBefore = residentBytes();
});

afterAll(() => server?.close());

const get = (path: string, head = HOST) => `GET ${path} HTTP/1.1\r\n${head}\r\n`;
const post = (path: string, body: string, head = '') =>
  `POST ${path} HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n${head}\r\n${body}`;
const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';
const CHUNKED = `Transfer-Encoding: chunked\r\n`;

describe.each(['join', 'web'] as const)('at the %s port', (door) => {
  test.each([
    ['garbage', '\x00\x01\x02\xff\xfe'.repeat(2_000)],
    ['the beginning of a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an XMPP stream', "<?xml version='1.0'?><stream:stream xmlns='jabber:client'>\r\n\r\n"],
    ['a head of a megabyte', get('/join', `${HOST}X-Large: ${'x'.repeat(1_048_576)}\r\n`)],
    ['ten thousand heads', get('/join', HOST + 'X: y\r\n'.repeat(10_000))],
    ['an address of a megabyte', get(`/${'a'.repeat(1_048_576)}`)],
    ['a thousand parameters', get(`/join/invitation?${'of=1&'.repeat(1_000)}`)],
    ['an address with a NUL in it', get('/join\x00.html')],
    ['an encoded NUL', get('/join%00')],
    ['a path that climbs', get('/../../../../etc/passwd')],
    ['a path that climbs in disguise', get('/join/..%2f..%2f..%2fetc%2fpasswd')],
    ['a path with backslashes', get('/join\\..\\..\\snug.db')],
    ['an encoding that is none', get('/%E0%A4%A')],
    ['another server’s address', 'GET http://192.168.1.1/admin HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['no host', 'GET /nothing HTTP/1.1\r\n\r\n'],
    ['two hosts', get('/nothing', 'Host: a\r\nHost: b\r\n')],
    ['a host with a line in it', get('/nothing', 'Host: a b\x01c\r\n')],
    ['a version that is none', 'GET /join HTTP/9.9\r\nHost: a\r\n\r\n'],
    ['a method that is none', `FOO /join HTTP/1.1\r\n${HOST}\r\n`],
    ['a method for mirrors', `TRACE /join HTTP/1.1\r\n${HOST}\r\n`],
    ['a tunnel', `CONNECT 192.168.1.1:80 HTTP/1.1\r\n${HOST}\r\n`],
    ['two lengths', `POST /join HTTP/1.1\r\n${HOST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`],
    ['a length and chunks', `POST /join HTTP/1.1\r\n${HOST}Content-Length: 3\r\n${CHUNKED}\r\n0\r\n\r\n`],
    ['a length below nothing', `POST /join HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`],
    ['a chunk of no size', `POST /join/account HTTP/1.1\r\n${HOST}${FORM}${CHUNKED}\r\nzz\r\n`],
    ['a body of another type', post('/join/account', '{"token":"x"}', 'Content-Type: application/json\r\n')],
    ['a body of no type', post('/join/account', 'token=x')],
    ['parts', post('/join/password', '--b\r\n\r\n', 'Content-Type: multipart/form-data; boundary=b\r\n')],
    ['a form that is too large', post('/join/account', `token=${'a'.repeat(20_000)}`, FORM)],
    ['a form of nothing but separators', post('/join/account', '&=;%'.repeat(4_000), FORM)],
    [
      'a body of a gigabyte, announced',
      `POST /join/account HTTP/1.1\r\n${HOST}${FORM}Content-Length: 1073741824\r\n\r\nx`,
    ],
    ['an upload by nobody', `PUT /upload/x/y HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\n0123456789`],
    ['an upgrade to nothing', get('/join', `${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n`)],
  ])('%s is refused or hung up on', async (_what, bytes) => {
    const answer = await says(door, bytes);
    const status = statusOf(answer);
    // What is merely odd may be answered as if it were not.
    expect([0, 200, 302, 400, 403, 404, 405, 413, 414, 415, 417, 421, 422, 429, 431, 501, 505]).toContain(status);
    expect(answer).not.toMatch(/root:|SQLite|node_modules|\.ts\b/);
    await othersAreServed();
  });

  test('a body that never ends is not read', async () => {
    const megabyte = `100000\r\n${'x'.repeat(1_048_576)}\r\n`;
    const endless = [`POST /join/account HTTP/1.1\r\n${HOST}${FORM}${CHUNKED}\r\n`, ...Array(64).fill(megabyte)];
    expect([0, 404, 413]).toContain(statusOf(await says(door, endless)));
    await othersAreServed();
  });

  test('a hundred requests in one go are answered in their order, or not at all', async () => {
    const answer = await says(door, get('/nothing').repeat(100), (text) => text.split('HTTP/1.1 ').length > 100);
    expect(
      answer
        .split('HTTP/1.1 ')
        .slice(1)
        .every((part) => part.startsWith('404')),
    ).toBe(true);
    await othersAreServed();
  });

  test('four hundred connections that say nothing keep nobody out', async () => {
    const idle = Array.from({ length: 400 }, () => open(door));
    await Promise.all(idle.map((socket) => new Promise((up) => socket.once('connect', up).once('close', up))));
    await othersAreServed();
    for (const socket of idle) socket.destroy();
  });

  test('guessing at invitations has an end', async () => {
    const path = door === 'join' ? `/join/invitation?of=${'0'.repeat(64)}` : '/join/account';
    const bytes =
      door === 'join' ? get(path) : post(path, `token=${'0'.repeat(32)}&username=a&password=b&again=b`, FORM);
    let answer = '';
    for (let guess = 0; guess < 70; guess++) answer = await says(door, bytes);
    expect(answer).toMatch(/429|Too many attempts/);
    await othersAreServed();
  });
});

test('who dawdles over the head of a request is hung up on', async () => {
  const dawdlers = Array.from({ length: 50 }, () => open('join'));
  const gone = Promise.all(dawdlers.map((socket) => new Promise((closed) => socket.once('close', closed).resume())));
  const drip = setInterval(() => {
    for (const socket of dawdlers) if (!socket.destroyed) socket.write('X');
  }, 500);
  for (const socket of dawdlers) socket.write(`GET /join HTTP/1.1\r\n${HOST}X-Slow: `);
  await othersAreServed();
  await gone;
  clearInterval(drip);
  await othersAreServed();
}, 40_000);

test('nothing of all this stays in memory', () => {
  expect(residentBytes() - bytesBefore).toBeLessThan(MAX_GROWTH_BYTES);
});

/**
 * Shared files (XEP-0363) on a real server, over real TLS: how large, how many at a time, what is left of one that broke
 * off, and what hostile names and types come to. `SNUG_LARGE_FILES=1` makes the large file as large as the server allows.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { el } from '../../server/xml/element.ts';
import { exchange, fetchText, openRequest } from './https.ts';
import { ServerInTest } from './server-in-test.ts';
import { TlsClient } from './tls-client.ts';

const DOMAIN = 'files.test';
const NS_UPLOAD = 'urn:xmpp:http:upload:0';
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const isLarge = process.env.SNUG_LARGE_FILES === '1';
const LARGE_BYTES = isLarge ? 4 * GIB : 512 * MIB;
/** For the file, what the server keeps free, and whoever else writes meanwhile. */
const NEEDED_BYTES = isLarge ? 12 * GIB : 3 * GIB;
const WARMING_BYTES = 64 * MIB;
const MAX_GROWTH_BYTES = 64 * MIB;
const LARGE_MS = isLarge ? 600_000 : 60_000;

let server: ServerInTest;
let romeo: TlsClient;

beforeAll(async () => {
  server = await ServerInTest.start({ domain: DOMAIN });
  const [account] = await server.addAccounts('romeo');
  romeo = await TlsClient.login({ server, localpart: 'romeo', password: account?.password ?? '' });
});
afterAll(async () => {
  romeo?.drop();
  await server?.close();
});

function ask(filename: string, size: number, mediaType?: string): Promise<Element> {
  const attributes = { filename, size: String(size), 'content-type': mediaType };
  return romeo.request('get', el('request', NS_UPLOAD, attributes).toXml(), `upload.${DOMAIN}`);
}

/** The addresses to upload to and to download from. */
async function slotFor(filename: string, size: number, mediaType?: string) {
  const answer = await ask(filename, size, mediaType);
  const slot = answer.child('slot', NS_UPLOAD);
  const [put, get] = ['put', 'get'].map((name) => slot?.child(name, NS_UPLOAD)?.attr('url'));
  if (put === undefined || get === undefined) throw new Error(`no slot: ${answer.toXml()}`);
  return { put, get };
}

/** One block again and again, each time with another first byte, and the hash of the whole. */
function content(bytes: number) {
  const hash = createHash('sha256');
  const block = randomBytes(MIB);
  function* blocks(): Generator<Buffer> {
    for (let at = 0; at < bytes; at += block.length) {
      const next = Buffer.from(block.subarray(0, Math.min(block.length, bytes - at)));
      next[0] = (at / MIB) % 251;
      hash.update(next);
      yield next;
    }
  }
  return { stream: Readable.from(blocks(), { objectMode: false }), digest: () => hash.digest('hex') };
}

async function upload(url: string, bytes: number): Promise<string> {
  const { stream, digest } = content(bytes);
  const answer = await exchange(server, url, {
    method: 'PUT',
    headers: { 'content-length': String(bytes) },
    body: stream,
  });
  answer.resume();
  expect(answer.statusCode).toBe(201);
  return digest();
}

async function download(url: string): Promise<{ readonly hash: string; readonly bytes: number }> {
  const answer = await exchange(server, url);
  expect(answer.statusCode).toBe(200);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of answer) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { hash: hash.digest('hex'), bytes };
}

/** What lies on the disk of the server. */
const filesOnDisk = (): readonly string[] => {
  const folder = join(server.dataDir, 'upload');
  return existsSync(folder) ? readdirSync(folder) : [];
};

/** Of the process, as the kernel has it; the peak is since the last `forgetPeak`. */
function memoryBytes(line: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8');
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
}

function forgetPeak(): void {
  writeFileSync(`/proc/${server.process.pid}/clear_refs`, '5');
}

test(`a file of ${LARGE_BYTES / MIB} MiB goes to the disk and back, not into memory`, { timeout: LARGE_MS }, async ({
  annotate,
  skip,
}) => {
  if (process.platform !== 'linux') skip('the memory of another process is read from /proc');
  const { bavail, bsize } = statfsSync(server.dataDir);
  if (bavail * bsize < NEEDED_BYTES) skip(`the disk has less than ${NEEDED_BYTES / GIB} GiB left`);
  // What the first transfer takes for good, such as code, is not what a large file takes.
  const first = await slotFor('a song.ogg', WARMING_BYTES);
  await upload(first.put, WARMING_BYTES);
  await download(first.get);
  const { put, get } = await slotFor('an evening.mkv', LARGE_BYTES, 'video/x-matroska');
  forgetPeak();
  const before = memoryBytes('VmRSS');

  const began = performance.now();
  const hash = await upload(put, LARGE_BYTES);
  const uploaded = performance.now();
  expect(await download(get)).toEqual({ hash, bytes: LARGE_BYTES });
  const downloaded = performance.now();

  const growth = memoryBytes('VmHWM') - before;
  const speed = (ms: number) => `${Math.round(LARGE_BYTES / MIB / (ms / 1000))} MiB/s`;
  await annotate(
    `${LARGE_BYTES / MIB} MiB up at ${speed(uploaded - began)}, down at ${speed(downloaded - uploaded)}; ` +
      `the server grew by ${Math.round(growth / MIB)} MiB`,
  );
  expect(growth).toBeLessThan(MAX_GROWTH_BYTES);
});

test('ten files at a time arrive as they were, and so do their downloads', { timeout: 60_000 }, async () => {
  const sizes = Array.from({ length: 10 }, (_, index) => (index + 1) * MIB + index);
  const slots = await Promise.all(sizes.map((size, index) => slotFor(`${index}.bin`, size)));
  const hashes = await Promise.all(slots.map(({ put }, index) => upload(put, sizes[index] ?? 0)));
  const downloads = await Promise.all(slots.map(({ get }) => download(get)));
  expect(downloads).toEqual(hashes.map((hash, index) => ({ hash, bytes: sizes[index] })));
});

test('an upload that is cut off half-way leaves nothing behind, and can be made again', async () => {
  const bytes = 4 * MIB;
  const { put, get } = await slotFor('cut.bin', bytes);
  const before = filesOnDisk();
  const cut = openRequest(server, put, { method: 'PUT', headers: { 'content-length': String(bytes) } });
  cut.on('error', () => undefined); // it is about to break
  cut.write(randomBytes(bytes / 2));
  await expect.poll(filesOnDisk).toHaveLength(before.length + 1);
  expect((await fetchText(server, get)).status).toBe(404);
  cut.destroy();
  await new Promise((resolve) => cut.once('close', resolve));
  await expect.poll(filesOnDisk, { timeout: 10_000 }).toEqual(before);
  const hash = await upload(put, bytes);
  expect(await download(get)).toEqual({ hash, bytes });
});

describe('whatever a file is called, it is only a name', () => {
  test.for([
    ['../../../etc/passwd', 'refused'],
    ['..', 'refused'],
    ['a/b.png', 'refused'],
    ['a\\b.png', 'refused'],
    ['a\r\nset-cookie: x=1', 'refused'],
    ['gpj.\u202eexe', 'refused'],
    ['', 'refused'],
    ['ü'.repeat(128), 'refused'],
    ['x".exe', 'taken'],
    ["'; filename=evil.exe; '", 'taken'],
    ['%2e%2e%2fpasswd', 'taken'],
    ['<script>alert(1)</script>'.replace('/', ''), 'taken'],
    ['con', 'taken'],
    ['.htaccess', 'taken'],
    ['?query#fragment', 'taken'],
    ['mañana 🌅.png', 'taken'],
    ['ü'.repeat(127), 'taken'],
    ['x'.repeat(255), 'taken'],
  ])('%j is %s', async ([name = '', outcome]) => {
    if (outcome === 'refused') {
      const answer = await ask(name, 4, 'image/png');
      expect(answer.child('error')?.elements[0]?.name).toBe('bad-request');
      return;
    }
    const { put, get } = await slotFor(name, 4, 'image/png');
    const stored = await fetchText(server, put, {
      method: 'PUT',
      headers: { 'content-type': 'image/png' },
      body: 'data',
    });
    expect(stored.status).toBe(201);
    const { status, headers, body } = await fetchText(server, get);
    expect([status, body]).toEqual([200, 'data']);
    const disposition = headers['content-disposition'] ?? '';
    expect(disposition).toMatch(/^inline; filename\*=UTF-8''[\w%.~!-]+$/);
    expect(decodeURIComponent(disposition.slice("inline; filename*=UTF-8''".length))).toBe(name);
    expect(headers['set-cookie']).toBeUndefined();
    expect(filesOnDisk().every((file) => /^[0-9a-f]+$/.test(file))).toBe(true);
  });
});

describe('whatever a file is said to be, a browser runs nothing of it', () => {
  test.for([
    'text/html',
    'text/html; charset=utf-7',
    'application/xhtml+xml',
    'image/svg+xml',
    'application/javascript',
    'text/xml',
    'application/pdf',
    'application/wasm',
    'multipart/x-mixed-replace; boundary=x',
    'message/rfc822',
    'application/x-msdownload',
    'text/cache-manifest',
    'text/css',
    '*/*',
  ])('%s is saved as bytes', async (mediaType) => {
    const script = '<script>alert(1)</script>';
    const { put, get } = await slotFor('page', script.length, mediaType);
    const headers = { 'content-type': mediaType };
    expect((await fetchText(server, put, { method: 'PUT', headers, body: script })).status).toBe(201);
    const got = await fetchText(server, get);
    expect(got.body).toBe(script);
    expect(got.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': "attachment; filename*=UTF-8''page",
      'x-content-type-options': 'nosniff',
    });
    expect(got.headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/);
  });

  test.for(['nonsense', 'image/png, text/html', 'text/'])('%s is no type: refused', async (mediaType) => {
    const { put, get } = await slotFor('page', 8, mediaType);
    const headers = { 'content-type': mediaType };
    expect((await fetchText(server, put, { method: 'PUT', headers, body: '<script>' })).status).toBe(415);
    expect((await fetchText(server, get)).status).toBe(404);
  });

  test('what is shown cannot run either', async () => {
    const { put, get } = await slotFor('page.txt', 8, 'text/plain');
    await fetchText(server, put, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: '<script>' });
    const { headers } = await fetchText(server, get);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/);
  });
});

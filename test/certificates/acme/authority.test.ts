/** An authority's answers that pebble never gives. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Authority } from '../../../server/certificates/acme/authority.ts';
import { generateKeyPem, issueAuthority, issueLeaf, LEAF_LIFE_MS } from '../../../server/certificates/issue.ts';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  if (server !== undefined) await once(server, 'close');
  server = undefined;
});

type Answers = (request: IncomingMessage, response: ServerResponse, base: string) => unknown;

/** Answers with JSON; with a problem where `status` was set before. */
async function open(answers: Answers, now = Date.now): Promise<Authority> {
  const made = createServer().listen(0, '127.0.0.1');
  server = made;
  await once(made, 'listening');
  const base = `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
  made.on('request', (request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Replay-Nonce', 'nonce');
    response.end(JSON.stringify(answers(request, response, base)));
  });
  return Authority.open({ directory: `${base}/dir`, accountKeyPem: await generateKeyPem(), trustPem: undefined, now });
}

const directory = (base: string) => ({
  newNonce: `${base}/nonce`,
  newAccount: `${base}/account`,
  newOrder: `${base}/order`,
  renewalInfo: `${base}/renewal`,
  meta: { termsOfService: 'https://authority.pine.org/terms' },
});

test('its terms are where its directory says', async () => {
  const authority = await open((_request, _response, base) => directory(base));
  expect(await authority.terms()).toBe('https://authority.pine.org/terms');
});

test('a limit is told with how long to wait', async () => {
  const authority = await open(({ url }, response, base) => {
    if (url !== '/account') return directory(base);
    response.statusCode = 429;
    response.setHeader('Retry-After', '7200');
    return { type: 'urn:ietf:params:acme:error:rateLimited', detail: 'too many registrations' };
  });
  await expect(authority.signIn('')).rejects.toMatchObject({
    code: 'rate-limited',
    retryAfterMs: 7_200_000,
    message: expect.stringContaining('“too many registrations”'),
  });
});

test('a page in place of a directory is no authority', async () => {
  const authority = await open(() => 'welcome to the hotel');
  await expect(authority.order(['pine.org'])).rejects.toMatchObject({ code: 'directory' });
});

test('it is asked when a certificate should be renewed', async () => {
  const nowMs = Date.now();
  const keyPem = await generateKeyPem();
  const issuer = await issueAuthority({ domain: 'pine.org', keyPem, nowMs });
  const pem = await issueLeaf(
    { domain: 'pine.org', keyPem, nowMs },
    { certificatePem: issuer, keyPem, expiresAtMs: nowMs + 9 * LEAF_LIFE_MS },
  );
  const asked: (string | undefined)[] = [];
  const authority = await open(({ url }, response, base) => {
    asked.push(url);
    if (url === '/dir') return directory(base);
    response.setHeader('Retry-After', '21600');
    return { suggestedWindow: { start: '2026-01-02T04:00:00Z', end: '2026-01-03T04:00:00Z' } };
  });
  expect(await authority.advice(pem)).toEqual({
    startMs: Date.UTC(2026, 0, 2, 4),
    endMs: Date.UTC(2026, 0, 3, 4),
    askAgainMs: 21_600_000,
  });
  expect(asked.at(-1)).toMatch(/^\/renewal\/[\w-]{27}\.[\w-]+$/);
});

test('one without an opinion about renewals is not asked for it', async () => {
  const authority = await open((_request, _response, base) => ({ ...directory(base), renewalInfo: undefined }));
  expect(await authority.advice('')).toBeUndefined();
});

/** When certificates are renewed, and how failures are waited out. */
import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  momentIn,
  readRenewalWindow,
  renewalId,
  renewalMoment,
  waitAfter,
} from '../../../server/certificates/acme/renewal.ts';
import { expiryProblems } from '../../../server/certificates/expiry-problems.ts';
import { generateKeyPem, issueAuthority, issueLeaf, LEAF_LIFE_MS } from '../../../server/certificates/issue.ts';

const NOW = Date.UTC(2026, 0, 5);
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

async function leaf(): Promise<string> {
  const keyPem = await generateKeyPem();
  const certificatePem = await issueAuthority({ domain: 'pine.org', keyPem, nowMs: NOW });
  return issueLeaf(
    { domain: 'pine.org', keyPem, nowMs: NOW },
    { certificatePem, keyPem, expiresAtMs: NOW + 9 * LEAF_LIFE_MS },
  );
}

test('renewal is due with a third of the life left', async () => {
  const pem = await leaf();
  const end = new X509Certificate(pem).validToDate.getTime();
  expect(Math.round((end - renewalMoment(pem)) / HOUR)).toBe(Math.round(LEAF_LIFE_MS / 3 / HOUR));
});

test('failures are waited out twice as long each time, up to a day, and as long as the authority asks', () => {
  expect([1, 2, 3, 5, 50].map((failures) => waitAfter(failures, undefined) / HOUR)).toEqual([1, 2, 4, 16, 24]);
  expect(waitAfter(1, 7 * DAY)).toBe(7 * DAY);
  expect(waitAfter(1, 900 * DAY)).toBe(14 * DAY);
  expect(waitAfter(3, 1_000)).toBe(4 * HOUR);
});

test('a certificate is named by its authority’s key and its number (RFC 9773 section 4.1)', async () => {
  const pem = await leaf();
  const [key = '', serial = ''] = renewalId(pem)?.split('.') ?? [];
  expect(Buffer.from(key, 'base64url')).toHaveLength(20);
  expect(Buffer.from(serial, 'base64url').toString('hex').toUpperCase()).toBe(new X509Certificate(pem).serialNumber);
});

test('the authority’s window is taken, at a moment of it that differs from server to server', () => {
  const window = readRenewalWindow(
    { suggestedWindow: { start: '2026-01-02T04:00:00Z', end: '2026-01-03T04:00:00Z' }, explanationURL: 'https://x' },
    6 * HOUR,
  );
  expect(window).toEqual({ startMs: Date.UTC(2026, 0, 2, 4), endMs: Date.UTC(2026, 0, 3, 4), askAgainMs: 6 * HOUR });
  expect(window && momentIn(window, 0.5)).toBe(Date.UTC(2026, 0, 2, 16));
});

test.each([
  undefined,
  'x',
  {},
  { suggestedWindow: null },
  { suggestedWindow: { start: '2026-01-03', end: '2026-01-02' } },
])('%o is no window', (answer) => {
  expect(readRenewalWindow(answer, undefined)).toBeUndefined();
});

test('a certificate that nobody renews is said two weeks before, louder three days before, and afterwards', async () => {
  const certificatePem = await leaf();
  const end = new X509Certificate(certificatePem).validToDate.getTime();
  const identity = {
    certificatePem,
    keyPem: '',
    fingerprintSha256: '',
    expiresAt: new Date(end),
    source: 'files' as const,
  };
  const at = (ms: number) => expiryProblems(identity, ms).map(({ code }) => code);
  expect(at(end - 15 * DAY)).toEqual([]);
  expect(at(end - 13 * DAY)).toEqual(['certificate-expires']);
  expect(at(end - 2 * DAY)).toEqual(['certificate-expires-soon']);
  expect(at(end + 1)).toEqual(['certificate-expired']);
  expect(expiryProblems({ ...identity, source: 'local-ca' }, end + 1)).toEqual([]);
  expect(expiryProblems(identity, end - 2 * DAY)[0]?.text).toMatch(
    /^The certificate ends on \d{4}-\d\d-\d\d, in 2 days\.$/,
  );
});

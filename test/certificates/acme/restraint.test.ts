/** How seldom an authority is asked, whatever happens to this computer: Let's Encrypt allows five failures an hour and five same certificates a week. */
import { X509Certificate } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { isWaiting, whyNotAgain, withIssued } from '../../../server/certificates/acme/restraint.ts';
import { generateKeyPem, issueAuthority, issueLeaf, LEAF_LIFE_MS } from '../../../server/certificates/issue.ts';
import { type AcmeInTest, DOMAIN, openAcme, settled } from '../../e2e/acme/acme-in-test.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const WITH_PROVIDER = { enabled: true, challenge: 'dns-01', dnsProvider: 'cloudflare', dnsToken: 'a-token' };
let opened: AcmeInTest | undefined;
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

/** With an authority that never answers: the trust is asked for whenever it is about to be spoken to. */
async function openSilent(settings: Readonly<Record<string, unknown>> = {}) {
  let asked = 0;
  const trustPem = () => {
    asked += 1;
    return new Promise<undefined>(() => undefined);
  };
  opened = await openAcme({ ...WITH_PROVIDER, ...settings }, { trustPem });
  return { here: opened, asked: () => asked };
}

/** Resolves once the authority is spoken to, which then lasts for ever. */
async function beginsToRenew(here: AcmeInTest, asked: () => number): Promise<void> {
  void here.acme.renewIfDue();
  await expect.poll(asked).toBe(1);
}

test('an attempt that a crash cut off is not begun again at once by the next start', async () => {
  const { here, asked } = await openSilent();
  await beginsToRenew(here, asked);
  const restarted = await here.reopen();
  await restarted.renewIfDue();
  expect(asked()).toBe(1);
  here.clock.shiftMs = 61 * 60 * 1000;
  void restarted.renewIfDue();
  await expect.poll(asked).toBe(2);
});

test('an attempt that somebody gave up costs no waiting', async () => {
  opened = await openAcme({ challenge: 'dns-01', enabled: true });
  const { acme, files } = opened;
  await files.keepState({ ...(await files.state()), failures: 2 });
  const again = await opened.reopen();
  again.begin();
  await again.cancel();
  expect(await files.state()).toMatchObject({ failures: 2, waitUntilMs: 0, failure: null });
  expect(acme.status().failure).toBeUndefined();
});

test('a wait that a wrong clock wrote down is not waited for until that year', async () => {
  const { here, asked } = await openSilent();
  await here.files.keepState({
    ...(await here.files.state()),
    failures: 1,
    failure: { code: 'clock', text: 'The clock is off.', atMs: Date.UTC(2098, 0, 1) },
    waitUntilMs: Date.UTC(2098, 0, 1),
  });
  const acme = await here.reopen();
  expect(acme.status().nextAttemptMs).toBeLessThan(Date.now() + DAY);
  void acme.renewIfDue();
  await expect.poll(asked).toBe(1);
});

test('waits are between now and two weeks from now', () => {
  expect(isWaiting(1_000, 2_000)).toBe(false);
  expect(isWaiting(2_001, 2_000)).toBe(true);
  expect(isWaiting(2_000 + 14 * DAY, 2_000)).toBe(true);
  expect(isWaiting(2_000 + 15 * DAY, 2_000)).toBe(false);
});

test('an authority that advises to renew at once gets no new certificate every hour', async () => {
  const keyPem = await generateKeyPem();
  const issuerKey = await generateKeyPem();
  const nowMs = Date.now() - HOUR;
  const authority = await issueAuthority({ domain: DOMAIN, keyPem: issuerKey, nowMs });
  const pem = await issueLeaf(
    { domain: DOMAIN, keyPem, nowMs },
    { certificatePem: authority, keyPem: issuerKey, expiresAtMs: nowMs + 2 * LEAF_LIFE_MS },
  );
  const { here } = await openSilent();
  await here.files.keep(DOMAIN, pem, keyPem);
  const fingerprint = new X509Certificate(pem).fingerprint256;
  await here.files.keepState({
    ...(await here.files.state()),
    advice: { fingerprint, renewAtMs: nowMs - DAY, askAgainMs: Date.now() + HOUR },
  });
  const { renewAtMs = 0 } = (await here.reopen()).status().certificate ?? {};
  expect(renewAtMs).toBeGreaterThan(Date.now() + DAY / 2);
  expect(renewAtMs).toBeLessThan(Date.now() + 3 * DAY);
});

test('the same certificate is asked for four times a week and no more, by whomever', () => {
  const now = Date.UTC(2026, 0, 20);
  const wish = 'https://authority.example a,b';
  const issued = [6, 5, 2, 0].map((days) => ({ wish, atMs: now - days * DAY }));
  expect(whyNotAgain(issued.slice(1), wish, now)).toBeUndefined();
  expect(whyNotAgain(issued, 'https://authority.example a,c', now)).toBeUndefined();
  expect(whyNotAgain(issued, wish, now)?.untilMs).toBe(now + DAY);
  expect(whyNotAgain(issued, wish, now)?.text).toContain('2026-01-21');
  expect(whyNotAgain(issued, wish, now - 3 * DAY)).toBeUndefined();
  expect(withIssued(issued, wish, now + 3 * DAY).map(({ atMs }) => now - atMs)).toEqual([2 * DAY, 0, -3 * DAY]);
});

test('who asks by hand for one too many is told so', async () => {
  const { here, asked } = await openSilent({ services: [], wildcard: false });
  const wish = `${here.config.get('acme.directory')} ${DOMAIN}`;
  const atMs = Date.now() - HOUR;
  await here.files.keepState({ ...(await here.files.state()), issued: [1, 2, 3, 4].map(() => ({ wish, atMs })) });
  const acme = await here.reopen();
  expect(() => acme.begin()).toThrow(/four certificates for the same names within a week/i);
  await acme.renewIfDue();
  expect(asked()).toBe(0);
});

test('a setting that hinders the renewal is told in the status, and tried again once it has been changed', async () => {
  const { here, asked } = await openSilent({ dnsToken: '' });
  const { acme } = here;
  await acme.renewIfDue();
  expect(acme.status().failure).toMatchObject({ code: 'settings', text: 'The DNS provider needs an API token.' });
  await here.config.set('acme.dnsToken', 'a-token');
  acme.settingsChanged();
  void acme.renewIfDue();
  await expect.poll(asked).toBe(1);
});

test('where nothing can be stored nothing is asked for', async () => {
  const { here, asked } = await openSilent();
  here.files.keepState = () => Promise.reject(new Error('ENOSPC: no space left on device'));
  here.acme.begin();
  await settled(here.acme);
  expect(here.acme.status().failure?.text).toContain('cannot be stored');
  expect(asked()).toBe(0);
});

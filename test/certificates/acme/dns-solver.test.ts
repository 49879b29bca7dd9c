/** TXT records for the authority: made where it looks, and taken away again, sooner or later. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AcmeFiles } from '../../../server/certificates/acme/acme-files.ts';
import { challengePlace, NOBODYS_LABEL } from '../../../server/certificates/acme/dns/challenge-place.ts';
import type { DnsProvider } from '../../../server/certificates/acme/dns/dns-provider.ts';
import { createProvider } from '../../../server/certificates/acme/dns/providers.ts';
import { txtVisibility } from '../../../server/certificates/acme/dns/visibility.ts';
import { dnsSolver } from '../../../server/certificates/acme/solvers.ts';
import { systemClock } from '../../../server/clock/clock.ts';
import { acmeSettings } from '../../../server/config/acme-settings.ts';
import { Config } from '../../../server/config/config.ts';
import { NameServer } from '../../e2e/acme/name-server.ts';

const NAME = '_acme-challenge.pine.org';
let dns: NameServer;
beforeEach(async () => {
  dns = (await NameServer.start()).zone('pine.org').zone('proofs.net');
});
afterEach(() => dns.close());
const place = () => ({ servers: [dns.address], port: dns.port });

function fakeProvider() {
  const there = new Set<string>();
  const broken = { removal: false };
  const provider: DnsProvider = {
    title: 'Fake',
    setTxt: (name, value) => Promise.resolve(void there.add(`${name} ${value}`)),
    removeTxt(name, value) {
      if (broken.removal) return Promise.reject(new Error('no'));
      there.delete(`${name} ${value}`);
      return Promise.resolve();
    },
  };
  return { provider, there, broken };
}

function solve(provider: DnsProvider, files: AcmeFiles, left: string[] = []) {
  return dnsSolver(provider, {
    see: () => Promise.resolve({ isVisible: true, seenAt: 1, askedAt: 1 }),
    place: (name) => challengePlace(name, place()),
    files,
    onLeft: (name) => left.push(name),
    pause: () => Promise.resolve(),
    elapsedMs: () => 0,
  });
}

const someFiles = () => new AcmeFiles(mkdtempSync(join(tmpdir(), 'snug-solver-')));

test('a delegated challenge is answered where its alias leads', async () => {
  dns.add({ type: 'CNAME', name: NAME, data: 'pine.proofs.net' });
  const { provider, there } = fakeProvider();
  const solver = solve(provider, someFiles());
  await solver.prepare('pine.org', 'token', 'proof');
  expect([...there]).toEqual(['pine.proofs.net proof']);
  await solver.undo();
  expect([...there]).toEqual([]);
});

test('the alias of a wildcard is none, neither for making the record nor for looking for it', async () => {
  for (const name of [NAME, `${NOBODYS_LABEL}.pine.org`]) dns.add({ type: 'CNAME', name, data: 'pine.org' });
  expect(await challengePlace(NAME, place())).toBe(NAME);
  dns.remove(NAME, 'CNAME');
  dns.add({ type: 'TXT', name: NAME, data: 'proof' });
  expect(await txtVisibility(NAME, 'proof', place())).toMatchObject({ isVisible: true });
});

test('domain and wildcard have both of their records beside each other, and none afterwards', async () => {
  const { provider, there } = fakeProvider();
  const solver = solve(provider, someFiles());
  await solver.prepare('pine.org', 'one', 'first');
  await solver.prepare('*.pine.org', 'two', 'second');
  expect([...there]).toEqual([`${NAME} first`, `${NAME} second`]);
  await solver.undo();
  expect([...there]).toEqual([]);
});

test('what a crash left in the DNS is taken away by the next attempt', async () => {
  const { provider, there } = fakeProvider();
  const files = someFiles();
  await solve(provider, files).prepare('pine.org', 'token', 'of-before');
  const next = solve(provider, files);
  await next.prepare('pine.org', 'token', 'of-now');
  await next.undo();
  expect([...there]).toEqual([]);
  expect(await files.leftRecords()).toEqual([]);
});

test('a record that the provider does not take away is told, and tried again the next time', async () => {
  const { provider, there, broken } = fakeProvider();
  const files = someFiles();
  const left: string[] = [];
  const solver = solve(provider, files, left);
  await solver.prepare('pine.org', 'token', 'stuck');
  broken.removal = true;
  await solver.undo();
  expect(left).toEqual([NAME]);
  broken.removal = false;
  const next = solve(provider, files);
  await next.prepare('pine.org', 'token', 'fresh');
  await next.undo();
  expect([...there]).toEqual([]);
});

test.each([
  [{ dnsProvider: 'cloudflare', dnsToken: 'abc\u200bdef' }, 'The API token holds characters that no token has.'],
  [{ dnsProvider: 'desec', dnsToken: ' \n ' }, 'The DNS provider needs an API token.'],
  [
    { dnsProvider: 'rfc2136', dnsServer: '192.0.2.1', dnsKeyName: 'x'.repeat(70), dnsKeySecret: 'AAAA' },
    'The name of the key for dynamic updates is no name that DNS can carry.',
  ],
] as const)('%o is told before anybody is asked', async (settings, sentence) => {
  const path = join(mkdtempSync(join(tmpdir(), 'snug-provider-')), 'settings.json');
  const config = Config.load({ path, groups: { acme: acmeSettings }, overrides: [] });
  for (const [key, value] of Object.entries(settings)) await config.set(`acme.${key}`, value);
  const values = config.group('acme', acmeSettings);
  const create = () => createProvider({ settings: values, fetch: () => Promise.reject(), clock: systemClock });
  expect(create).toThrow(sentence);
});

test('a token that was pasted with blanks around it is used without them', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'snug-provider-')), 'settings.json');
  const config = Config.load({ path, groups: { acme: acmeSettings }, overrides: [] });
  await config.set('acme.dnsProvider', 'cloudflare');
  await config.set('acme.dnsToken', ' a-token\r\n');
  let authorization: string | null = null;
  const provider = createProvider({
    settings: config.group('acme', acmeSettings),
    fetch: (_url, init) => {
      authorization = new Headers(init.headers).get('authorization');
      return Promise.reject(new Error('enough'));
    },
    clock: systemClock,
  });
  await provider?.setTxt(NAME, 'proof').catch(() => undefined);
  expect(authorization).toBe('Bearer a-token');
});

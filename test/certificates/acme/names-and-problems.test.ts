/** For whom ACME is at all, and the sentences of what goes wrong. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errorOfNetwork, errorOfProblem } from '../../../server/certificates/acme/problems.ts';
import { wantedNames } from '../../../server/certificates/acme/provable-names.ts';
import { whyNotPublic } from '../../../server/certificates/acme/public-name.ts';
import { openAcme } from '../../e2e/acme/acme-in-test.ts';

describe('the names of a local network', () => {
  test.each([
    'miller.local',
    'MILLER.LOCAL',
    'office.lan',
    'a.b.internal',
    'nas.home.arpa',
    'chat.test',
    'x.localhost',
    'a.onion',
  ])('%s is certified by nobody', (name) => {
    expect(whyNotPublic(name)).toContain('exists on a local network only');
  });

  test.each(['192.168.1.5', '[::1]', '::1', '127.1'])('%s is an address and no name', (name) => {
    expect(whyNotPublic(name)).toContain('IP address');
  });

  test('a single word, and what is no name, is certified by nobody', () => {
    expect(whyNotPublic('nas')).toContain('single word');
    expect(whyNotPublic('a b')).toContain('not a domain name');
  });

  test.each(['chat.example.org', 'bücher.de', 'miller.local.org', 'example.com.'])('%s may be certified', (name) => {
    expect(whyNotPublic(name)).toBeUndefined();
  });

  test('no authority is asked for them', async () => {
    const here = await openAcme({}, { domain: 'miller.local' });
    try {
      expect(() => here.acme.begin()).toThrow('exists on a local network only');
      expect(here.acme.status()).toMatchObject({ state: 'idle', names: [] });
      expect(here.acme.status().refusal).toContain('miller.local');
    } finally {
      await here.close();
    }
  });
});

test('an authority that asked to wait is not asked before that, by nobody and not after a restart', async () => {
  const here = await openAcme({ enabled: true });
  const state = await here.files.state();
  const failure = { code: 'rate-limited', text: 'Wait.', atMs: here.clock.now() };
  await here.files.keepState({ ...state, failures: 1, failure, waitUntilMs: here.clock.now() + 60_000 });
  try {
    const acme = await here.reopen();
    expect(() => acme.begin()).toThrow('The authority asked to wait until');
    await acme.renewIfDue();
    expect(acme.status()).toMatchObject({ state: 'idle', failure: { text: 'Wait.' } });
  } finally {
    await here.close();
  }
});

test('a state that is damaged costs nothing but patience', async () => {
  const here = await openAcme({});
  try {
    await here.files.keepState({ ...(await here.files.state()), failures: 3 });
    writeFileSync(here.files.certificatePath.replace('leaf.pem', 'state.json'), '{"failures":');
    expect(await here.files.state()).toMatchObject({ failures: 0, failure: null });
  } finally {
    await here.close();
  }
});

test('nothing is sent before somebody has agreed to the terms', async () => {
  const here = await openAcme({ agreed: false, enabled: true });
  try {
    expect(() => here.acme.begin()).toThrow('agree to the terms of service');
    await here.acme.renewIfDue();
    expect(here.acme.status()).toMatchObject({ state: 'idle', failure: undefined });
  } finally {
    await here.close();
  }
});

test.each([
  [{ wildcard: true }, 'only for a DNS record'],
  [{ challenge: 'dns-01', dnsProvider: 'cloudflare' }, 'needs an API token'],
  [{ challenge: 'dns-01', dnsProvider: 'rfc2136', dnsServer: '192.0.2.1' }, 'name and secret of a key'],
])('%o cannot even begin', async (settings, sentence) => {
  const here = await openAcme(settings);
  try {
    expect(() => here.acme.begin()).toThrow(sentence);
  } finally {
    await here.close();
  }
});

test('the names are those of the domain and its services, or a wildcard', () => {
  const wish = { challenge: 'http-01' as const, services: ['rooms', 'rooms', 'pubsub'], wildcard: false };
  expect(wantedNames('Bücher.de', wish)).toEqual([
    'xn--bcher-kva.de',
    'rooms.xn--bcher-kva.de',
    'pubsub.xn--bcher-kva.de',
  ]);
  expect(wantedNames('pine.org', { ...wish, challenge: 'dns-01', wildcard: true })).toEqual(['pine.org', '*.pine.org']);
});

test.each([
  ['rateLimited', 'rate-limited'],
  ['caa', 'caa'],
  ['unauthorized', 'unauthorized'],
  ['connection', 'unreachable'],
  ['dns', 'dns'],
  ['rejectedIdentifier', 'rejected'],
  ['userActionRequired', 'terms-not-agreed'],
  ['invalidContact', 'settings'],
  ['serverInternal', 'directory'],
  ['somethingNew', 'rejected'],
])('the problem %s is a failure with a sentence and the words of the authority', (type, code) => {
  const problem = { type: `urn:ietf:params:acme:error:${type}`, detail: 'Because\nof \u202ethis.' };
  const error = errorOfProblem(problem, { name: 'pine.org', retryAfterMs: 5_000 });
  expect(error).toMatchObject({ code, retryAfterMs: 5_000 });
  expect(error.message).toMatch(
    /^pine\.org: The authority .*\. It says: “Because of {1,2}this”$|^pine\.org: .* It says: “Because of {1,2}this”$/,
  );
});

test.each([
  ['CERT_NOT_YET_VALID', 'clock', 'computer’s clock, 2026-01-31 12:00 UTC'],
  ['ENOTFOUND', 'directory', 'not in the DNS'],
  ['ECONNREFUSED', 'directory', 'nobody answers there'],
  ['ETIMEDOUT', 'directory', 'does not answer'],
])('the network’s %s is a failure with a sentence', (code, failure, words) => {
  const cause = Object.assign(new Error(code), { code });
  const error = errorOfNetwork(cause, 'https://acme.pine.org/directory', Date.UTC(2026, 0, 31, 12));
  expect(error.code).toBe(failure);
  expect(error.message).toContain(words);
  expect(error.message).toContain('acme.pine.org');
});

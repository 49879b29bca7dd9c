/** With whom the server talks, and how they must prove who they are. */
import { describe, expect, test } from 'vitest';
import {
  federationSettings,
  matchesDomain,
  prepareDomainPattern,
  readDnsServer,
} from '../../server/config/federation-settings.ts';
import type { Values } from '../../server/config/setting.ts';
import type { DomainSummary } from '../../server/federation/links/link-summary.ts';
import { isLocalOnly } from '../../server/federation/local-domain.ts';
import { createPolicy, reasonToClose } from '../../server/federation/policy.ts';

type Settings = Values<typeof federationSettings>;

const defaults = Object.fromEntries(
  Object.entries(federationSettings).map(([name, declared]) => [name, declared.default]),
) as unknown as Settings;

function policy(settings: Partial<Settings>, domain = 'miller.example') {
  return createPolicy({
    settings: { ...defaults, ...settings },
    domain,
    isPaired: (name) => name === 'attic.local',
    isPinned: (name) => name === 'pinned.example',
  });
}

describe('with whom', () => {
  test('everybody but those that are denied', () => {
    const { may } = policy({ deny: ['evil.example', '*.bad.example'] });
    expect(may('good.example', 'out')).toBe(true);
    expect(may('evil.example', 'in')).toBe('This server does not talk with evil.example.');
    expect(may('very.bad.example', 'in')).toEqual(expect.any(String));
    expect(may('bad.example', 'in')).toBe(true);
  });

  test('only those that are allowed', () => {
    const { may } = policy({ mode: 'allowed', allow: ['*.good.example'], deny: ['not.good.example'] });
    expect(may('very.good.example', 'out')).toBe(true);
    expect(may('other.example', 'out')).toContain('not on it');
    expect(may('not.good.example', 'out')).toContain('does not talk');
  });

  test('names of a local network only where they are paired', () => {
    expect(policy({}).may('attic.local', 'out')).toBe(true);
    expect(policy({}).may('cellar.local', 'out')).toContain('local network');
    expect(policy({}, 'miller.local').may('good.example', 'out')).toContain('paired');
    expect(policy({}, 'miller.local').may('attic.local', 'out')).toBe(true);
    expect(policy({ deny: ['attic.local'] }).may('attic.local', 'out')).not.toBe(true);
  });
});

test('a certificate is required unless dialback does, and always of who is pinned or paired', () => {
  expect(policy({}).requiresCertificate('any.example')).toBe(true);
  const { requiresCertificate } = policy({ authentication: 'dialback' });
  expect(['any.example', 'pinned.example', 'attic.local'].map(requiresCertificate)).toEqual([false, true, true]);
});

test('the rate has room for what comes at once, and can be lifted', () => {
  expect(policy({ maxKilobytesPerSecond: 200 }).rate('a.example')).toEqual({
    bytesPerSecond: 200_000,
    burstBytes: 1_000_000,
  });
  expect(policy({ maxKilobytesPerSecond: 1 }).rate('a.example')?.burstBytes).toBeGreaterThanOrEqual(262_144);
  expect(policy({ maxKilobytesPerSecond: 0 }).rate('a.example')).toBeUndefined();
});

describe('streams that are open', () => {
  const dialback = { domain: 'a.example', outgoing: [], incoming: [{ proof: { by: 'dialback' } }] };
  const summary = dialback as unknown as DomainSummary;

  test('are closed when their domain is denied, or dialback does no longer', () => {
    expect(reasonToClose(policy({ authentication: 'dialback' }), summary)).toBeUndefined();
    expect(reasonToClose(policy({}), summary)).toContain('certificate');
    expect(reasonToClose(policy({ authentication: 'dialback', deny: ['a.example'] }), summary)).toContain('a.example');
  });
});

test.each(['miller.local', 'home.arpa', 'x.home.arpa', 'nas', 'x.internal', '192.168.1.5', '[::1]', 'fritz.lan'])(
  '%s is known on a local network only',
  (domain) => {
    expect(isLocalOnly(domain)).toBe(true);
  },
);

test.each(['example.org', 'local.example', 'x.test', 'mylocal.org'])('%s may be found elsewhere', (domain) => {
  expect(isLocalOnly(domain)).toBe(false);
});

test('patterns are compared in one spelling', () => {
  expect(prepareDomainPattern('*.BÜCHER.example')).toBe('*.bücher.example');
  expect(prepareDomainPattern('xn--bcher-kva.example')).toBe('bücher.example');
  expect(prepareDomainPattern('*')).toBeUndefined();
  expect(prepareDomainPattern('a b')).toBeUndefined();
  expect(matchesDomain(['*.example.org'], 'badexample.org')).toBe(false);
});

test.each([
  ['9.9.9.9', { address: '9.9.9.9', port: 53 }],
  ['127.0.0.1:5353', { address: '127.0.0.1', port: 5353 }],
  ['::1', { address: '::1', port: 53 }],
  ['[::1]:5353', { address: '::1', port: 5353 }],
  ['dns.example', undefined],
  ['[127.0.0.1]:53', undefined],
  ['127.0.0.1:70000', undefined],
  ['127.0.0.1:0', undefined],
])('the DNS server %s', (text, server) => {
  expect(readDnsServer(text)).toEqual(server);
});

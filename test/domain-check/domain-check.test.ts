/** What the check of a domain says about records that are right, wrong or not there. */
import { expect, test } from 'vitest';
import { addressKind } from '../../server/domain-check/address-kind.ts';
import type { DnsAnswers } from '../../server/domain-check/dns-answers.ts';
import { checkDomain } from '../../server/domain-check/domain-check.ts';
import type { DomainFacts, RecordReport } from '../../server/domain-check/domain-report.ts';

const HOME = '93.184.216.34';
const AWAY = '8.8.4.4';

const facts: DomainFacts = {
  domain: 'pine.org',
  services: ['rooms'],
  ports: { c2s: 5222, c2sTls: 5223, s2s: 5269, s2sTls: undefined },
  routerAddress: HOME,
  ownAddresses: ['192.168.1.5'],
  authority: 'https://acme-v02.api.letsencrypt.org/directory',
  publicKeySha256: undefined,
};

const right: DnsAnswers = {
  addresses: (name) => Promise.resolve(name === 'pine.org' || name === 'rooms.pine.org' ? [HOME] : []),
  addressesAtSource: () => Promise.resolve([HOME]),
  alias: () => Promise.resolve([]),
  srv: (name) => {
    const port = {
      '_xmpp-client._tcp.pine.org': 5222,
      '_xmpps-client._tcp.pine.org': 5223,
      '_xmpp-server._tcp.pine.org': 5269,
    };
    const found = port[name as keyof typeof port];
    return Promise.resolve(found === undefined ? [] : [{ priority: 0, weight: 5, port: found, name: 'pine.org' }]);
  },
  caa: () => Promise.resolve([]),
  tlsa: () => Promise.resolve([]),
};

async function report(dns: Partial<DnsAnswers> = {}, more: Partial<DomainFacts> = {}) {
  const { records, ...rest } = await checkDomain({ ...facts, ...more }, { ...right, ...dns });
  const of = (name: string): RecordReport => {
    const found = records.find((record) => record.name === name);
    if (found === undefined) throw new Error(`there is no record ${name}`);
    return found;
  };
  return { ...rest, records, of, codes: rest.hints.map(({ code }) => code) };
}

test('with everything right only the view from outside is left open', async () => {
  const { records, codes } = await report();
  expect(records.map(({ type, name, verdict }) => `${type} ${name} ${verdict}`)).toEqual([
    'A/AAAA pine.org ok',
    'SRV _xmpp-client._tcp.pine.org ok',
    'SRV _xmpps-client._tcp.pine.org ok',
    'SRV _xmpp-server._tcp.pine.org ok',
    'SRV _xmpps-server._tcp.pine.org ok',
    'CNAME rooms.pine.org ok',
    'CAA pine.org ok',
  ]);
  expect(codes).toEqual(['outside-view']);
});

test('what is missing is shown as it must be entered', async () => {
  const nothing = () => Promise.resolve([]);
  const { of } = await report({ addresses: nothing, addressesAtSource: nothing, srv: nothing });
  expect(of('pine.org')).toMatchObject({ verdict: 'missing', wanted: HOME, need: 'required' });
  expect(of('_xmpp-client._tcp.pine.org')).toMatchObject({
    verdict: 'missing',
    wanted: '0 5 5222 pine.org.',
    need: 'recommended',
  });
  expect(of('_xmpps-client._tcp.pine.org').need).toBe('optional');
  expect(of('rooms.pine.org')).toMatchObject({ verdict: 'missing', wanted: 'pine.org.' });
});

test('a port that nobody would try makes its record required', async () => {
  const { of } = await report({ srv: () => Promise.resolve([]) }, { ports: { ...facts.ports, s2s: 15269 } });
  expect(of('_xmpp-server._tcp.pine.org')).toMatchObject({
    verdict: 'missing',
    need: 'required',
    wanted: '0 5 15269 pine.org.',
  });
});

test('an address that is not the router’s is different; without a router it cannot be told', async () => {
  const away = { addresses: () => Promise.resolve([AWAY]), addressesAtSource: () => Promise.resolve([AWAY]) };
  expect((await report(away)).of('pine.org')).toMatchObject({ verdict: 'different', seen: [AWAY] });
  const { of } = await report(away, { routerAddress: undefined });
  expect(of('pine.org')).toMatchObject({ verdict: 'unknown', wanted: undefined });
  expect(of('pine.org').text).toContain('cannot be told from here');
});

test('an own IPv6 address is right, and says nothing about IPv4', async () => {
  const own = '2606:2800:220:1::5';
  const at = (...addresses: string[]) => ({
    addresses: () => Promise.resolve(addresses),
    addressesAtSource: () => Promise.resolve(addresses),
  });
  const known = { routerAddress: undefined, ownAddresses: [own] };
  expect((await report(at(own), known)).of('pine.org').verdict).toBe('ok');
  expect((await report(at(AWAY), known)).of('pine.org').verdict).toBe('unknown');
});

test('a private address is for this network only', async () => {
  const inside = () => Promise.resolve(['192.168.1.5']);
  const { of } = await report({ addresses: inside, addressesAtSource: inside });
  expect(of('pine.org').verdict).toBe('different');
  expect(of('pine.org').text).toContain('works inside this network');
});

test('another answer inside than outside is explained, and the one outside counts', async () => {
  const { of, codes, hints } = await report({ addresses: () => Promise.resolve(['192.168.1.5']) });
  expect(of('pine.org').verdict).toBe('ok');
  expect(codes).toContain('split-horizon');
  expect(hints[0]?.text).toContain('That is fine');
});

test('a router that hides private answers is found out', async () => {
  const { codes } = await report({
    addresses: () => Promise.resolve([]),
    addressesAtSource: () => Promise.resolve(['192.168.1.5']),
  });
  expect(codes).toContain('rebind-protection');
});

test.each([
  ['100.72.1.2', 'carrier-nat'],
  ['192.168.0.2', 'private-router'],
])('a router whose own address is %s is said to be unreachable', async (routerAddress, code) => {
  expect((await report({}, { routerAddress })).codes).toContain(code);
});

test.each([
  ['another port', { priority: 0, weight: 5, port: 5299, name: 'pine.org' }, 'different', 'port 5299'],
  ['no such service', { priority: 0, weight: 0, port: 0, name: '' }, 'different', 'offers no such service'],
  [
    'a target without address',
    { priority: 0, weight: 5, port: 5222, name: 'gone.pine.org' },
    'different',
    'has no address',
  ],
])('an SRV record for %s is different', async (_, record, verdict, words) => {
  const { of } = await report({ srv: () => Promise.resolve([record]) });
  expect(of('_xmpp-client._tcp.pine.org').verdict).toBe(verdict);
  expect(of('_xmpp-client._tcp.pine.org').text).toContain(words);
});

test('an SRV record that leads to an alias is different (RFC 2782)', async () => {
  const { of } = await report({
    srv: () => Promise.resolve([{ priority: 0, weight: 5, port: 5222, name: 'home.pine.org' }]),
    alias: (name) => Promise.resolve(name === 'home.pine.org' ? ['dyn.example.net'] : []),
  });
  expect(of('_xmpp-client._tcp.pine.org').text).toContain('alias (CNAME)');
});

test('an SRV record that leads home by another name is right', async () => {
  const { of } = await report({
    srv: () => Promise.resolve([{ priority: 0, weight: 5, port: 5222, name: 'home.pine.org' }]),
    addresses: () => Promise.resolve([HOME]),
  });
  expect(of('_xmpp-client._tcp.pine.org').verdict).toBe('ok');
});

test('a CAA record that shuts the authority out is said, also when it is a parent’s', async () => {
  const caa = (issue: string) => (name: string) => Promise.resolve(name === 'org' ? [{ critical: 0, issue }] : []);
  expect((await report({ caa: caa('sectigo.com') })).of('org')).toMatchObject({
    verdict: 'different',
    wanted: '0 issue "letsencrypt.org"',
  });
  expect((await report({ caa: caa('letsencrypt.org; validationmethods=dns-01') })).of('org').verdict).toBe('ok');
});

test('a TLSA record for another key is worse than none', async () => {
  const known = { publicKeySha256: 'ab'.repeat(32) };
  const record = (byte: number) => () =>
    Promise.resolve([{ certUsage: 3, selector: 1, match: 1, data: new Uint8Array(32).fill(byte).buffer }]);
  const name = '_5269._tcp.pine.org';
  expect((await report({}, known)).of(name)).toMatchObject({
    verdict: 'missing',
    need: 'optional',
    wanted: `3 1 1 ${'ab'.repeat(32)}`,
  });
  expect((await report({ tlsa: record(0xab) }, known)).of(name).verdict).toBe('ok');
  expect((await report({ tlsa: record(0xcd) }, known)).of(name).verdict).toBe('different');
});

test('when the DNS does not answer, nothing is claimed', async () => {
  const silent = () => Promise.resolve(undefined);
  const { records, codes } = await report({
    addresses: silent,
    addressesAtSource: silent,
    alias: silent,
    srv: silent,
    caa: silent,
    tlsa: silent,
  });
  expect(new Set(records.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']));
  expect(codes).toEqual(['no-dns']);
});

test('a domain of the local network needs no records', async () => {
  const { records, refusal } = await report({}, { domain: 'miller.local' });
  expect(records).toEqual([]);
  expect(refusal).toContain('exists on a local network only');
});

test.each([
  ['8.8.8.8', 'public'],
  ['10.1.2.3', 'private'],
  ['100.64.0.1', 'carrier'],
  ['100.128.0.1', 'public'],
  ['172.32.0.1', 'public'],
  ['::ffff:192.168.0.1', 'private'],
  ['fe80::1%eth0', 'private'],
  ['fd00::1', 'private'],
  ['2001:db8::1', 'private'],
  ['2606:4700::1', 'public'],
  ['router', 'none'],
])('%s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});

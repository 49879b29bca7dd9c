import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readCertificateFields } from '../../../server/federation/trust/certificate-fields.ts';
import { type JudgeFacts, judge, type Verdict } from '../../../server/federation/trust/judge.ts';
import { type PeerCertificate, readPeerCertificate } from '../../../server/federation/trust/peer-certificate.ts';
import type { Tlsa } from '../../../server/federation/trust/tlsa.ts';
import { readTrustRoots, TrustRoots } from '../../../server/federation/trust/trust-roots.ts';
import { keyPem, type Made, make, makeAuthority, NOW_MS, PURPOSE } from './authority.ts';

let root: Made;
let leaf: Made;
let selfSigned: Made;
beforeAll(async () => {
  root = await makeAuthority('Test Root');
  leaf = await make({ name: 'b.example', issuer: root, names: { dns: ['b.example'] } });
  selfSigned = await make({ name: 'b.example', names: { dns: ['b.example'] } });
});

const shown = (role: PeerCertificate['role'], ...chain: Made[]): PeerCertificate => ({
  chain: chain.map(({ certificate }) => certificate),
  role,
});
const facts = (more: Partial<JudgeFacts> = {}): JudgeFacts => ({
  roots: new TrustRoots([root.certificate]),
  pins: () => [],
  nowMs: NOW_MS,
  ...more,
});
const words = (verdict: Verdict) => (verdict.trusted ? verdict.by : verdict.reason);
const hash = (bytes: Buffer, algorithm = 'sha256') => createHash(algorithm).update(bytes).digest();
const keyOf = ({ certificate }: Made) => readCertificateFields(certificate).publicKeyInfo;

describe('names', () => {
  const verdictOn = async (names: Parameters<typeof make>[0]['names'], domain: string) => {
    const made = await make({ name: domain, issuer: root, ...(names && { names }) });
    return words(judge(shown('server', made), domain, facts()));
  };

  test.each([
    ['b.example', { dns: ['b.example'] }],
    ['chat.b.example', { dns: ['*.b.example'] }],
    ['b.example', { srv: ['_xmpp-server.b.example'] }],
    ['b.example', { xmppAddr: ['b.example'] }],
    ['bücher.example', { dns: ['xn--bcher-kva.example'] }],
    ['bücher.example', { xmppAddr: ['bücher.example'] }],
    ['bücher.example', { srv: ['_xmpp-server.xn--bcher-kva.example'] }],
  ])('%s is proven by %o', async (domain, names) => {
    expect(await verdictOn(names, domain)).toBe('authority');
  });

  test.each([
    ['b.example', { dns: ['c.example'] }, 'c.example'],
    ['b.example', { dns: ['*.b.example'] }, '*.b.example'],
    ['x.chat.b.example', { dns: ['*.b.example'] }, '*.b.example'],
    ['chat.b.example', { dns: ['c*.b.example'] }, 'c*.b.example'],
    ['b.example', { srv: ['_xmpp-client.b.example'] }, 'b.example'],
    ['b.example', { xmppAddr: ['ann@b.example'] }, 'ann@b.example'],
    ['b.example', undefined, 'no domain at all'],
    [
      'b.example',
      { dns: ['c.example', 'd.example', 'e.example', 'f.example'] },
      'c.example, d.example, e.example and 1 more',
    ],
  ])('%s is not proven by %o', async (domain, names, listed) => {
    expect(await verdictOn(names, domain)).toBe(`The certificate of ${domain} is for ${listed}.`);
  });

  test('what a stranger wrote into a name does not get into the sentence as it is', async () => {
    const verdict = await verdictOn({ dns: [`c.example\n\u001b[31m${'x'.repeat(300)}`] }, 'b.example');
    expect(verdict).toMatch(/^The certificate of b\.example is for c\.example\?\?\[31mx{1,80}\.$/);
  });
});

describe('pins and authorities', () => {
  test('a pinned authority is believed about its own domain, whatever certificate it has made', async () => {
    const local = await makeAuthority('Snug CA for smith.local');
    const [first, renewed] = await Promise.all(
      [1, 2].map(() => make({ name: 'smith.local', issuer: local, names: { dns: ['smith.local'] } })),
    );
    const other = await make({ name: 'jones.local', issuer: local, names: { dns: ['jones.local'] } });
    const impostor = await makeAuthority('Snug CA for smith.local');
    const forged = await make({ name: 'smith.local', issuer: impostor, names: { dns: ['smith.local'] } });
    const pins = () => [local.certificate.fingerprint256];
    const verdict = (...chain: (Made | undefined)[]) =>
      words(judge(shown('server', ...chain.filter((one) => one !== undefined)), 'smith.local', facts({ pins })));
    expect([verdict(first, local), verdict(renewed, local)]).toEqual(['pin', 'pin']);
    expect(verdict(first)).toContain('not the one that was pinned'); // its authority was not sent along
    expect(verdict(other, local)).toContain('is for jones.local');
    expect(verdict(forged, impostor)).toContain('not the one that was pinned');
    expect(verdict(forged, local)).toContain('not the one that was pinned');
    expect(verdict(selfSigned, local)).toContain('not the one that was pinned');
  });

  test('no certificate proves nothing', () => {
    expect(words(judge(undefined, 'b.example', facts()))).toBe('The server of b.example showed no certificate.');
  });

  test('a self-signed certificate is refused, and trusted once it or its key is pinned', () => {
    const verdict = (...pins: string[]) =>
      words(judge(shown('client', selfSigned), 'b.example', facts({ pins: () => pins })));
    expect(verdict()).toBe('The certificate of b.example is self-signed and not pinned.');
    expect(verdict(hash(keyOf(selfSigned)).toString('hex'))).toBe('pin');
    expect(verdict(selfSigned.certificate.fingerprint256)).toBe('pin');
    expect(verdict(hash(keyOf(leaf)).toString('hex'))).toBe(
      'The certificate of b.example is self-signed and not pinned, and not the one that was pinned.',
    );
  });

  test('a pin holds for its domain only', () => {
    const pins = (domain: string) => (domain === 'b.example' ? [selfSigned.certificate.fingerprint256] : []);
    expect(judge(shown('server', selfSigned), 'b.example', facts({ pins })).trusted).toBe(true);
    expect(judge(shown('server', selfSigned), 'c.example', facts({ pins })).trusted).toBe(false);
  });

  test('an expired certificate is refused with the day', () => {
    const verdict = judge(shown('server', leaf), 'b.example', facts({ nowMs: NOW_MS + 11 * 86_400_000 }));
    expect(words(verdict)).toBe('The certificate of b.example is expired since 2026-05-11.');
  });

  test('a bundle adds authorities to those that Node brings, and a wrong one is told', () => {
    const roots = readTrustRoots(`# our company\n${root.certificate.toString()}`);
    expect(words(judge(shown('server', leaf), 'b.example', facts({ roots })))).toBe('authority');
    expect(roots.pems.length).toBe(readTrustRoots().pems.length + 1);
    expect(() => readTrustRoots('nothing')).toThrow('The file of trusted certificates has no certificate in PEM form.');
    expect(() => readTrustRoots('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toThrow(
      'Certificate 1 in the file of trusted certificates cannot be read.',
    );
  });
});

describe('DANE', () => {
  const record = (usage: number, selector: number, matchingType: number, made: Made): Tlsa => {
    const selected = selector === 0 ? made.certificate.raw : keyOf(made);
    const association = [selected, hash(selected), hash(selected, 'sha512')][matchingType] ?? Buffer.alloc(0);
    return { usage, selector, matchingType, association, host: 'xmpp.b.example' };
  };
  const verdict = (chain: readonly Made[], tlsa: readonly Tlsa[], more: Partial<JudgeFacts> = {}) =>
    words(judge(shown('server', ...chain), 'b.example', facts({ tlsa, ...more })));
  const REFUSED = 'The certificate of b.example is not the one that its DNS describes (DANE).';

  const forms = [0, 1].flatMap((selector) => [0, 1, 2].map((matchingType) => [selector, matchingType] as const));
  test.each(forms)('DANE-EE with selector %i and matching type %i', (selector, matchingType) => {
    expect(verdict([selfSigned], [record(3, selector, matchingType, selfSigned)])).toBe('dane');
    expect(verdict([selfSigned], [record(3, selector, matchingType, leaf)])).toBe(REFUSED);
  });

  test('a certificate of a trusted authority is refused when DNS describes another one', () => {
    expect(verdict([leaf], [record(3, 1, 1, selfSigned)])).toBe(REFUSED);
    expect(verdict([leaf], [record(3, 1, 1, selfSigned), record(3, 1, 1, leaf)])).toBe('dane');
  });

  test('for DANE-EE neither names nor dates count', async () => {
    const odd = await make({ name: 'odd', validDays: [-9, -1] });
    expect(verdict([odd], [record(3, 1, 1, odd)])).toBe('dane');
  });

  test('DANE-TA trusts an authority that nobody else trusts, for the domain and for its host', async () => {
    const own = await makeAuthority('Own');
    const below = (dns: string) => make({ name: dns, issuer: own, names: { dns: [dns] } });
    expect(verdict([await below('b.example'), own], [record(2, 0, 1, own)])).toBe('dane');
    expect(verdict([await below('xmpp.b.example'), own], [record(2, 1, 1, own)])).toBe('dane');
    expect(verdict([await below('c.example'), own], [record(2, 0, 1, own)])).toBe(REFUSED);
    expect(verdict([selfSigned, own], [record(2, 0, 1, own)])).toBe(REFUSED);
  });

  test('the PKIX usages ask for a trusted authority besides', () => {
    expect(verdict([leaf], [record(1, 1, 1, leaf)])).toBe('dane');
    expect(verdict([leaf, root], [record(0, 0, 1, root)])).toBe('dane');
    expect(verdict([selfSigned], [record(1, 1, 1, selfSigned)])).toBe(REFUSED);
    const nobody = { roots: new TrustRoots([]) };
    expect(verdict([leaf], [record(1, 1, 1, leaf)], nobody)).toBe(REFUSED);
    expect(verdict([leaf, root], [record(0, 0, 1, root)], nobody)).toBe(REFUSED);
  });

  test('the PKIX usages ask for the name besides', async () => {
    const other = await make({ name: 'c.example', issuer: root, names: { dns: ['c.example'] } });
    expect(verdict([other], [record(1, 1, 1, other)])).toBe(REFUSED);
    expect(verdict([other, root], [record(0, 0, 1, root)])).toBe(REFUSED);
  });

  test('records that nobody understands are passed over', () => {
    const usable = record(3, 1, 1, selfSigned);
    const unusable: Tlsa[] = [
      { ...usable, usage: 4 },
      { ...usable, selector: 2 },
      { ...usable, matchingType: 3 },
      { ...usable, association: Buffer.alloc(31) },
      { ...usable, matchingType: 0, association: Buffer.alloc(0) },
    ];
    expect(verdict([leaf], unusable)).toBe('authority');
    expect(verdict([leaf], [...unusable, usable])).toBe(REFUSED);
  });

  test('for who dials us they add trust and take none away', () => {
    const incoming = (made: Made, tlsa: Tlsa) =>
      words(judge(shown('client', made), 'b.example', facts({ tlsa: [tlsa] })));
    expect(incoming(selfSigned, record(3, 1, 1, selfSigned))).toBe('dane');
    expect(incoming(leaf, record(3, 1, 1, selfSigned))).toBe('authority');
    expect(incoming(selfSigned, record(3, 1, 1, leaf))).toContain('self-signed');
  });
});

test('both sides of a real handshake read what the other showed, authorities in between included', async () => {
  const middle = await makeAuthority('Middle', { issuer: root });
  const purposes = [PURPOSE.serverAuth];
  const made = await make({ name: 'b.example', issuer: middle, names: { dns: ['b.example'] }, purposes });
  const cert = made.certificate.toString() + middle.certificate.toString();
  const identity = { cert, key: await keyPem(made), rejectUnauthorized: false };
  const server = createServer({ ...identity, requestCert: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ ...identity, host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const [[accepted]] = (await Promise.all([once(server, 'secureConnection'), once(client, 'secureConnect')])) as [
    [TLSSocket],
    unknown,
  ];
  const dialled = readPeerCertificate(client, 'server');
  const dialling = readPeerCertificate(accepted, 'client');
  expect(dialled?.chain.length).toBe(2);
  expect(words(judge(dialled, 'b.example', facts()))).toBe('authority');
  // OpenSSL would refuse this one for its purpose.
  expect(accepted.authorized).toBe(false);
  expect(words(judge(dialling, 'b.example', facts()))).toBe('authority');
  expect(new X509Certificate(dialling?.chain[0]?.raw ?? '').subject).toBe('CN=b.example');
  client.destroy();
  accepted.destroy();
  server.close();
});

test('who shows nothing has no certificate', async () => {
  const server = createServer({
    cert: leaf.certificate.toString(),
    key: await keyPem(leaf),
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    rejectUnauthorized: false,
  });
  const [accepted] = (await once(server, 'secureConnection')) as [TLSSocket];
  expect(readPeerCertificate(accepted, 'client')).toBeUndefined();
  client.destroy();
  accepted.destroy();
  server.close();
});

test('a path is looked for once, however many names a certificate is judged for', async () => {
  const names = Array.from({ length: 50 }, (_, i) => `d${i}.b.example`);
  const made = await make({ name: 'b.example', issuer: root, names: { dns: names } });
  const roots = new TrustRoots([root.certificate]);
  const searched = vi.spyOn(roots, 'possibleIssuersOf');
  const certificate = shown('client', made);
  for (const name of names) expect(words(judge(certificate, name, facts({ roots })))).toBe('authority');
  expect(searched).toHaveBeenCalledTimes(1);
  judge(certificate, 'd1.b.example', facts({ roots, nowMs: NOW_MS + 60_000 }));
  expect(searched).toHaveBeenCalledTimes(2);
});

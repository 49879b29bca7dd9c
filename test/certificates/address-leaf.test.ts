/** The leaf for pages that are opened by IP address, as our own code keeps it and as OpenSSL judges it. */
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Certificates } from '../../server/certificates/certificates.ts';
import { generateKeyPem, issueLeaf } from '../../server/certificates/issue.ts';
import type { TlsIdentity } from '../../server/certificates/tls-identity.ts';
import { makePem, temporaryFolder } from './pem-maker.ts';
import { recordingLog } from './recording-log.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

function setting(...first: readonly string[]) {
  const state = { addresses: first, nowMs: Date.now() };
  const { log, lines } = recordingLog();
  const dataDir = temporaryFolder();
  const options = { dataDir, domain: 'miller.local', now: () => state.nowMs, addresses: () => state.addresses, log };
  const path = (name: string) => join(dataDir, 'certificates', name);
  return { state, options, path, lines, open: () => Certificates.open(options) };
}

function verify(ca: string, leaf: string, ...more: readonly string[]): string {
  const run = spawnSync('openssl', ['verify', '-x509_strict', '-CAfile', ca, ...more, leaf], { encoding: 'utf8' });
  return `${run.stdout}${run.stderr}`;
}

const namesOf = (identity: TlsIdentity) =>
  new X509Certificate(identity.byAddress?.certificatePem ?? '').subjectAltName?.replaceAll(/othername:.*?, /g, '');

test('OpenSSL accepts it against the authority for each address and for the domain', async () => {
  const { open, path } = setting('192.168.1.5', '127.0.0.1', 'fd12:3456:789a:1::5');
  await open();
  for (const address of ['192.168.1.5', '127.0.0.1', 'fd12:3456:789a:1::5']) {
    const verdict = verify(path('ca.pem'), path('address-leaf.pem'), '-purpose', 'sslserver', '-verify_ip', address);
    expect(verdict).toContain(': OK');
  }
  expect(verify(path('ca.pem'), path('address-leaf.pem'), '-verify_hostname', 'miller.local')).toContain(': OK');
  expect(verify(path('ca.pem'), path('address-leaf.pem'), '-verify_ip', '192.168.1.6')).toContain('address mismatch');
  expect(verify(path('ca.pem'), path('leaf.pem'), '-verify_ip', '192.168.1.5')).toContain('address mismatch');
});

test('addresses that the authority may not vouch for are left out, because one of them would spoil all', async () => {
  const { open, path } = setting('8.8.8.8', '2001:db8::1', 'fe80::1%eth0', '192.168.1.5', 'no address');
  const { current } = await open();
  expect(namesOf(current)).toBe('DNS:miller.local, DNS:rooms.miller.local, IP Address:192.168.1.5');
  expect(verify(path('ca.pem'), path('address-leaf.pem'))).toContain(': OK');
});

test('the authority vouches for no public address, even if its key is stolen', async () => {
  const { open, path, state } = setting('192.168.1.5');
  await open();
  const issuer = {
    certificatePem: readFileSync(path('ca.pem'), 'utf8'),
    keyPem: readFileSync(path('ca-key.pem'), 'utf8'),
    expiresAtMs: state.nowMs + DAY_MS,
  };
  for (const address of ['8.8.8.8', '172.32.0.1', '2001:db8::1']) {
    const stolen = { domain: 'miller.local', keyPem: await generateKeyPem(), nowMs: state.nowMs, addresses: [address] };
    writeFileSync(path('thief.pem'), await issueLeaf(stolen, issuer));
    expect(verify(path('ca.pem'), path('thief.pem'))).toContain('permitted subtree violation');
  }
});

test('another address makes another one at once, and the stable leaf stays as it is', async () => {
  const { open, state } = setting('192.168.1.5');
  const certificates = await open();
  const before = certificates.current;
  const seen: TlsIdentity[] = [];
  certificates.onChange((identity) => seen.push(identity));
  state.addresses = ['10.0.0.7'];
  await certificates.reload();
  expect(seen).toEqual([certificates.current]);
  expect(namesOf(certificates.current)).toContain('IP Address:10.0.0.7');
  expect(namesOf(certificates.current)).not.toContain('192.168.1.5');
  expect(certificates.current).toEqual({ ...before, byAddress: certificates.current.byAddress });
  expect(certificates.current.byAddress?.keyPem).toBe(before.byAddress?.keyPem);
  expect(certificates.current.keyPem).not.toBe(before.byAddress?.keyPem);
});

test('a network that is left for a while changes nothing, nor does the next start', async () => {
  const { open, state, lines } = setting('192.168.1.5', '10.0.0.7');
  const certificates = await open();
  const before = certificates.current;
  state.addresses = ['10.0.0.7'];
  await certificates.reload();
  expect(certificates.current).toEqual(before);
  expect((await open()).current).toEqual(before);
  expect(lines.filter(({ message }) => message.includes('by address'))).toHaveLength(1);
});

test('it is renewed with the same key when a third of its life is left', async () => {
  const { open, state } = setting('192.168.1.5');
  const before = (await open()).current.byAddress;
  state.nowMs += 270 * DAY_MS;
  const after = (await open()).current.byAddress;
  expect(after?.keyPem).toBe(before?.keyPem);
  expect(after?.certificatePem).not.toBe(before?.certificatePem);
});

test('without a private address, and with own files, there is none', async () => {
  const { open, path } = setting('8.8.8.8');
  expect((await open()).current.byAddress).toBeUndefined();
  expect(readdirSync(path('.'))).not.toContain('address-leaf.pem');
  const { options } = setting('192.168.1.5');
  const files = makePem(temporaryFolder(), 'own', { subjectAltName: 'DNS:miller.local' });
  expect((await Certificates.open({ ...options, files: () => files })).current.byAddress).toBeUndefined();
});

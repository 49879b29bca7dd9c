/** New certificates because somebody wants them: everything else keeps them for as long as it can. */
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Certificates } from '../../server/certificates/certificates.ts';
import type { TlsIdentity } from '../../server/certificates/tls-identity.ts';
import { makePem, temporaryFolder } from './pem-maker.ts';
import { recordingLog } from './recording-log.ts';

function setting() {
  const { log, lines } = recordingLog();
  const dataDir = temporaryFolder();
  const options = { dataDir, domain: 'miller.local', now: Date.now, addresses: () => ['192.168.1.5'], log };
  return { options, lines, folder: join(dataDir, 'certificates') };
}

test('everything is new, shown at once, and found again by the next start', async () => {
  const { options, folder, lines } = setting();
  const certificates = await Certificates.open(options);
  const before = certificates.current;
  const seen: TlsIdentity[] = [];
  certificates.onChange((identity) => seen.push(identity));
  const after = await certificates.rotate();
  expect(seen).toEqual([after]);
  expect(certificates.current).toBe(after);
  for (const part of ['keyPem', 'certificatePem', 'caPem', 'caFingerprintSha256', 'fingerprintSha256'] as const)
    expect(after[part]).not.toBe(before[part]);
  expect(after.byAddress?.keyPem).not.toBe(before.byAddress?.keyPem);
  expect(new X509Certificate(after.certificatePem).verify(new X509Certificate(before.caPem ?? '').publicKey)).toBe(
    false,
  );
  expect((await Certificates.open(options)).current).toEqual(after);
  const aside = readdirSync(folder).find((name) => name.startsWith('set-aside-')) ?? '';
  expect(readFileSync(join(folder, aside, 'ca.pem'), 'utf8')).toBe(before.caPem);
  expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { reason: expect.any(String) } }]);
});

test('two at once are carried out one after the other, and a reload between them sees whole sets of files', async () => {
  const { options } = setting();
  const certificates = await Certificates.open(options);
  const [one, , other] = await Promise.all([certificates.rotate(), certificates.reload(), certificates.rotate()]);
  expect(one.caPem).not.toBe(other.caPem);
  expect(certificates.current).toBe(other);
  expect((await Certificates.open(options)).current).toEqual(other);
});

test('what cannot be written is said in a sentence, and the old ones stay in use', async () => {
  const { options, folder } = setting();
  const certificates = await Certificates.open(options);
  const before = certificates.current;
  // A file where the folder was: no user is above that.
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
  await expect(certificates.rotate()).rejects.toThrow('the certificates cannot be kept there');
  expect(certificates.current).toBe(before);
  await certificates.reload();
  expect(certificates.current).toBe(before);
});

test('a certificate of one’s own is not touched', async () => {
  const { options } = setting();
  const files = makePem(temporaryFolder(), 'own', { subjectAltName: 'DNS:miller.local' });
  const certificates = await Certificates.open({ ...options, files: () => files });
  await expect(certificates.rotate()).rejects.toThrow('a certificate of your own, which only you can replace');
});

import { X509Certificate } from 'node:crypto';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CertificateError } from '../../server/certificates/certificate-error.ts';
import { Certificates, type CertificatesOptions } from '../../server/certificates/certificates.ts';
import type { TlsIdentity } from '../../server/certificates/tls-identity.ts';
import { makePem, temporaryFolder } from './pem-maker.ts';
import { recordingLog } from './recording-log.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const START_MS = Date.UTC(2027, 0, 15);

afterEach(() => vi.useRealTimers());

function setting(changes: Partial<CertificatesOptions> = {}) {
  const clock = { nowMs: START_MS };
  const { log, lines } = recordingLog();
  const options = { dataDir: temporaryFolder(), domain: 'miller.local', now: () => clock.nowMs, log, ...changes };
  const file = (name: string) => join(options.dataDir, 'certificates', name);
  return { clock, lines, options, file, open: () => Certificates.open(options) };
}

const publicKeyOf = (pem: string) => new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' });
const warnings = (lines: readonly { level: string; message: string }[]) =>
  lines.filter(({ level }) => level === 'warn' || level === 'error').map(({ message }) => message);

describe('the local authority', () => {
  test('the first start makes an authority and a leaf, and the second start finds them', async () => {
    const { open, lines } = setting();
    const first = (await open()).current;
    expect(first.source).toBe('local-ca');
    expect(first.fingerprintSha256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(first.caFingerprintSha256).toBe(new X509Certificate(first.caPem ?? '').fingerprint256);
    expect(first.certificatePem.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect((await open()).current).toEqual(first);
    expect(lines.map(({ message }) => message)).toEqual(['local authority made', 'certificate issued']);
  });

  test.skipIf(process.platform === 'win32')(
    'keys and their folder are closed to others, whatever the umask is',
    async () => {
      const { open, file } = setting();
      const umask = process.umask(0);
      await open().finally(() => process.umask(umask));
      const mode = (name: string) => (statSync(file(name)).mode & 0o777).toString(8);
      expect([mode('.'), mode('ca-key.pem'), mode('leaf-key.pem')]).toEqual(['700', '600', '600']);
      expect(readdirSync(file('.')).sort()).toEqual(['ca-key.pem', 'ca.pem', 'leaf-key.pem', 'leaf.pem']);

      chmodSync(file('ca-key.pem'), 0o644);
      await open();
      expect(mode('ca-key.pem')).toBe('600');
    },
  );

  test('the leaf lives 397 days, is renewed when a third of that is left, and keeps its key', async () => {
    const { open, clock } = setting();
    const certificates = await open();
    const before = certificates.current;
    const seen: TlsIdentity[] = [];
    certificates.onChange((identity) => seen.push(identity));
    const { validFromDate, validToDate } = new X509Certificate(before.certificatePem);
    expect(validToDate.getTime() - validFromDate.getTime()).toBe(397 * DAY_MS);

    clock.nowMs = before.expiresAt.getTime() - Math.ceil((397 * DAY_MS) / 3);
    await certificates.reload();
    expect(seen).toEqual([]);

    clock.nowMs += 1000;
    await certificates.reload();
    const after = certificates.current;
    expect(seen).toEqual([after]);
    expect(after.fingerprintSha256).not.toBe(before.fingerprintSha256);
    expect(after.keyPem).toBe(before.keyPem);
    expect(after.caPem).toBe(before.caPem);
    expect(after.expiresAt.getTime()).toBe(clock.nowMs + 396 * DAY_MS);
    expect((await open()).current).toEqual(after);
  });

  test('an authority near its end is renewed with the same key, so that the old one still vouches for the leaf', async () => {
    const { open, clock, lines } = setting();
    const before = (await open()).current;
    clock.nowMs = START_MS + 9 * 365 * DAY_MS;
    const after = (await open()).current;
    const oldAuthority = new X509Certificate(before.caPem ?? '');
    expect(after.caPem).not.toBe(before.caPem);
    expect(publicKeyOf(after.caPem ?? '')).toBe(publicKeyOf(before.caPem ?? ''));
    expect(new X509Certificate(after.certificatePem).verify(oldAuthority.publicKey)).toBe(true);
    expect(warnings(lines)).toEqual([expect.stringContaining('local authority renewed')]);
  });

  test('the daily timer renews, and closing ends it', async () => {
    const { open, clock } = setting();
    const certificates = await open();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const reload = vi.spyOn(certificates, 'reload');
    certificates.startRenewal();
    certificates.startRenewal();
    clock.nowMs += 300 * DAY_MS;
    const changed = new Promise<TlsIdentity>((resolve) => certificates.onChange(resolve));
    vi.advanceTimersByTime(DAY_MS);
    expect((await changed).expiresAt.getTime()).toBe(clock.nowMs + 396 * DAY_MS);
    expect(reload).toHaveBeenCalledTimes(1);
    certificates.close();
    vi.advanceTimersByTime(3 * DAY_MS);
    expect(reload).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('another domain gets another authority, and the old files are set aside', async () => {
    const { open, options, file, lines } = setting();
    const before = (await open()).current;
    const after = (await Certificates.open({ ...options, domain: 'smith.local' })).current;
    expect(publicKeyOf(after.caPem ?? '')).not.toBe(publicKeyOf(before.caPem ?? ''));
    expect(after.keyPem).not.toBe(before.keyPem);
    const folder = readdirSync(file('.')).find((name) => name.startsWith('set-aside-')) ?? '';
    expect(readdirSync(file(folder)).sort()).toEqual(['ca-key.pem', 'ca.pem', 'leaf-key.pem', 'leaf.pem']);
    expect(readFileSync(join(file(folder), 'ca.pem'), 'utf8')).toBe(before.caPem);
    expect(lines.find(({ level }) => level === 'warn')?.fields).toMatchObject({
      reason: 'the local authority was for miller.local',
    });
  });

  test.each([
    ['cut off', (path: string) => writeFileSync(path, '-----BEGIN CERTIFICATE-----\nMIIB')],
    ['empty', (path: string) => writeFileSync(path, '')],
    ['gone', (path: string) => rmSync(path)],
  ])('a leaf that is %s is issued again under the same authority and key', async (_what, damage) => {
    const { open, file } = setting();
    const before = (await open()).current;
    damage(file('leaf.pem'));
    const after = (await open()).current;
    expect(after.caPem).toBe(before.caPem);
    expect(after.keyPem).toBe(before.keyPem);
    expect(after.certificatePem).not.toBe(before.certificatePem);
  });

  test('a leaf key that is damaged is replaced together with the leaf', async () => {
    const { open, file } = setting();
    const before = (await open()).current;
    writeFileSync(file('leaf-key.pem'), 'nonsense');
    const after = (await open()).current;
    expect(after.caPem).toBe(before.caPem);
    expect(after.keyPem).not.toBe(before.keyPem);
    expect(publicKeyOf(after.certificatePem)).not.toBe(publicKeyOf(before.certificatePem));
  });

  test('a leaf of another authority is not shown', async () => {
    const other = setting();
    const { open, file } = setting();
    const before = (await open()).current;
    await other.open();
    for (const name of ['leaf.pem', 'leaf-key.pem']) cpSync(other.file(name), file(name));
    const after = (await open()).current;
    expect(after.caPem).toBe(before.caPem);
    expect(new X509Certificate(after.certificatePem).verify(new X509Certificate(before.caPem ?? '').publicKey)).toBe(
      true,
    );
  });

  test('an authority without its key is set aside, with a warning', async () => {
    const { open, file, lines } = setting();
    const before = (await open()).current;
    rmSync(file('ca-key.pem'));
    expect((await open()).current.caPem).not.toBe(before.caPem);
    expect(warnings(lines)).toEqual([expect.stringContaining('set aside')]);
  });

  test('a clock in the past changes nothing and is named in the log', async () => {
    const { open, clock, lines } = setting();
    const before = (await open()).current;
    clock.nowMs = Date.UTC(2000, 0, 1);
    expect((await open()).current).toEqual(before);
    expect(warnings(lines)).toEqual([expect.stringContaining('is the clock wrong?')]);
  });

  test('a folder that cannot be made, or a domain that is none, is said in a sentence', async () => {
    const { options } = setting();
    writeFileSync(join(options.dataDir, 'certificates'), '');
    await expect(Certificates.open(options)).rejects.toThrow(
      `${join(options.dataDir, 'certificates')}: the certificates cannot`,
    );
    await expect(Certificates.open({ ...options, domain: 'no domain' })).rejects.toThrow(
      '“no domain” is not a domain name',
    );
  });
});

describe('own files', () => {
  function withFiles(more: { readonly fileIntervalMs?: number } = {}) {
    const folder = temporaryFolder();
    const files = makePem(folder, 'own', { subjectAltName: 'DNS:miller.local,DNS:rooms.miller.local' });
    const made = setting({ files: () => files, ...more });
    made.clock.nowMs = Date.now();
    return { folder, files, ...made };
  }

  test('own files are used instead of a local authority', async () => {
    const { open, files, file } = withFiles();
    const { current } = await open();
    const certificatePem = readFileSync(files.certificatePath, 'utf8');
    expect(current).toMatchObject({
      source: 'files',
      fingerprintSha256: new X509Certificate(certificatePem).fingerprint256,
    });
    expect(current.caPem).toBeUndefined();
    expect(() => readdirSync(file('.'))).toThrow('ENOENT');
  });

  test('reloading takes over a new certificate, and does nothing when the files are the same', async () => {
    const { open, folder } = withFiles();
    const certificates = await open();
    const seen: string[] = [];
    certificates.onChange((identity) => seen.push(identity.fingerprintSha256));
    await certificates.reload();
    expect(seen).toEqual([]);
    makePem(folder, 'own', { subjectAltName: 'DNS:miller.local' });
    await certificates.reload();
    expect(seen).toEqual([certificates.current.fingerprintSha256]);
  });

  test('a replaced certificate is taken over while the server runs, with nobody asking for it', async () => {
    const { open, folder } = withFiles({ fileIntervalMs: 20 });
    const certificates = await open();
    certificates.startRenewal();
    const before = certificates.current.fingerprintSha256;
    await expect
      .poll(() => {
        // Again and again, because the file is first looked at some time after `startRenewal`.
        makePem(folder, 'own', { subjectAltName: 'DNS:miller.local' });
        return certificates.current.fingerprintSha256;
      })
      .not.toBe(before);
    certificates.close();
  });

  test('a bad new certificate is logged, and the old one stays', async () => {
    const { open, folder, files, lines } = withFiles();
    const certificates = await open();
    const before = certificates.current;
    makePem(folder, 'own', { subjectAltName: 'DNS:other.example' });
    await certificates.reload();
    expect(certificates.current).toBe(before);
    writeFileSync(files.keyPath, '');
    await certificates.reload();
    expect(certificates.current).toBe(before);
    const reasons = lines.filter(({ level }) => level === 'error').map(({ fields }) => (fields as { err: Error }).err);
    expect(reasons.map((reason) => reason instanceof CertificateError && reason.problem)).toEqual([
      'wrong-domain',
      'malformed',
    ]);
  });

  test('an expired certificate is used at start with an error in the log, and replaced as soon as there is a good one', async () => {
    const { open, clock, lines, folder } = withFiles();
    clock.nowMs = Date.now() + 40 * DAY_MS;
    const certificates = await open();
    expect(warnings(lines)).toEqual([expect.stringMatching(/own\.pem expired on \d{4}-\d\d-\d\d\.$/)]);
    makePem(folder, 'own', { subjectAltName: 'DNS:miller.local', days: 90 });
    await certificates.reload();
    expect(certificates.current.expiresAt.getTime()).toBeGreaterThan(clock.nowMs);
  });

  test('an expired certificate replaces no good one', async () => {
    const { open, clock, folder } = withFiles();
    clock.nowMs = Date.now() + 2 * DAY_MS;
    const certificates = await open();
    const before = certificates.current;
    makePem(folder, 'own', { subjectAltName: 'DNS:miller.local', days: 1 });
    await certificates.reload();
    expect(certificates.current).toBe(before);
  });

  test('who listens no longer, and who fails, disturbs nobody', async () => {
    const { open, folder } = withFiles();
    const certificates = await open();
    const seen: string[] = [];
    certificates.onChange(() => seen.push('gone'))();
    certificates.onChange(() => {
      throw new Error('broken listener');
    });
    certificates.onChange(() => seen.push('kept'));
    makePem(folder, 'own', { subjectAltName: 'DNS:miller.local' });
    await certificates.reload();
    expect(seen).toEqual(['kept']);
  });

  test('after closing nothing is reloaded', async () => {
    const { open, folder } = withFiles();
    const certificates = await open();
    const before = certificates.current;
    certificates.close();
    makePem(folder, 'own', { subjectAltName: 'DNS:miller.local' });
    await certificates.reload();
    expect(certificates.current).toBe(before);
  });
});

/** Whom devices trust, and what becomes of this computer's trust when the certificates are made anew. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Certificates } from '../server/certificates/certificates.ts';
import { fingerprintWords } from '../server/certificates/fingerprint-words.ts';
import { Trust } from '../server/trust.ts';
import { createTrustCarriers } from '../server/trust-carriers.ts';
import { makePem, temporaryFolder } from './certificates/pem-maker.ts';
import { recordingLog } from './certificates/recording-log.ts';

/** A Windows computer that remembers what it trusts, by SHA-1. */
function aComputer() {
  const trusted = new Set<string>();
  const state = { isBroken: false };
  const run = async (_program: string, ...words: readonly string[]) => {
    const [, verb, , subject = ''] = words;
    if (verb === '-store') return answer(trusted.has(subject) ? 0 : 1);
    if (state.isBroken) return { ...answer(5), stderr: 'Access is denied.' };
    if (verb === '-delstore') return answer(trusted.delete(subject) ? 0 : 1);
    trusted.add(new X509Certificate(await readFile(subject)).fingerprint.replaceAll(':', ''));
    return answer(0);
  };
  const answer = (status: number) => ({ status, stdout: '', stderr: '' });
  return { state, trusted, surroundings: { platform: 'win32', home: 'C:\\', environment: {}, run } as const };
}

async function setting(own?: { certificatePath: string; keyPath: string }) {
  const { log, lines } = recordingLog();
  const dataDir = temporaryFolder();
  const options = { dataDir, domain: 'miller.local', now: Date.now, log, ...(own && { files: () => own }) };
  const certificates = await Certificates.open(options);
  const computer = aComputer();
  const { surroundings } = computer;
  const joinPage = () => 'http://192.168.1.5:5280/join';
  const trust = new Trust({ domain: 'miller.local', dataDir, certificates, joinPage, log, surroundings });
  return { certificates, computer, trust, carriers: createTrustCarriers(() => trust), dataDir, lines };
}

test('what people compare is the authority’s, in digits and in words', async () => {
  const { certificates, trust, dataDir } = await setting();
  const { caFingerprintSha256 = '', caPem, fingerprintSha256 } = certificates.current;
  expect(await trust.describe()).toMatchObject({
    source: 'local-ca',
    certificate: { fingerprint: fingerprintSha256 },
    authority: {
      name: 'Snug CA for miller.local',
      fingerprint: caFingerprintSha256,
      words: fingerprintWords(caFingerprintSha256),
      pem: caPem,
      file: join(dataDir, 'certificates', 'ca.pem'),
    },
    page: 'http://192.168.1.5:5280/trust',
    here: { places: [{ isTrusted: false }] },
  });
});

test('this computer trusts, and does not any more', async () => {
  const { trust, carriers } = await setting();
  await carriers['certificates.trustHere']({});
  expect((await trust.describe()).here?.places).toMatchObject([{ isTrusted: true }]);
  await carriers['certificates.distrustHere']({});
  expect((await trust.describe()).here?.places).toMatchObject([{ isTrusted: false }]);
});

test('when the certificates are made anew, this computer trusts the new authority and no longer the old one', async () => {
  const { trust, carriers, computer, certificates } = await setting();
  await carriers['certificates.trustHere']({});
  const [before] = computer.trusted;
  await carriers['certificates.rotate']({});
  const after = new X509Certificate(certificates.current.caPem ?? '').fingerprint.replaceAll(':', '');
  expect([...computer.trusted]).toEqual([after]);
  expect(after).not.toBe(before);
  expect((await trust.describe()).here?.places).toMatchObject([{ isTrusted: true }]);
});

test('a computer that did not trust is not told of new certificates', async () => {
  const { carriers, computer } = await setting();
  await carriers['certificates.rotate']({});
  expect(computer.trusted.size).toBe(0);
});

test('a computer that refuses does not keep the certificates from being new', async () => {
  const { carriers, computer, certificates, lines } = await setting();
  await carriers['certificates.trustHere']({});
  const before = certificates.current.caPem;
  computer.state.isBroken = true;
  await carriers['certificates.rotate']({});
  expect(certificates.current.caPem).not.toBe(before);
  expect(lines.at(-1)).toMatchObject({ level: 'warn', message: expect.stringContaining('was not told') });
  await expect(carriers['certificates.trustHere']({})).rejects.toMatchObject({
    code: 'refused',
    message: 'Windows did not take it: Access is denied.',
  });
});

test('with a certificate of one’s own there is nothing to trust, and nothing to make anew', async () => {
  const { trust, carriers } = await setting(
    makePem(temporaryFolder(), 'own', { subjectAltName: 'DNS:miller.local,DNS:rooms.miller.local' }),
  );
  const described = await trust.describe();
  expect(described).not.toHaveProperty('authority');
  expect(described).not.toHaveProperty('here');
  for (const deed of ['certificates.trustHere', 'certificates.rotate'] as const)
    await expect(carriers[deed]({})).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('certificate of your own'),
    });
});

test('where there are no certificates at all, that is said', async () => {
  const carriers = createTrustCarriers(() => undefined);
  await expect(carriers['certificates.rotate']({})).rejects.toMatchObject({ code: 'refused' });
});

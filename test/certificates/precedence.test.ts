/** Which certificate is shown where there are several: own files, then a public authority's, then the local one. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AcmeFiles } from '../../server/certificates/acme/acme-files.ts';
import { CertificateError } from '../../server/certificates/certificate-error.ts';
import { Certificates, type OwnFiles } from '../../server/certificates/certificates.ts';
import { troubleProblems } from '../../server/certificates/expiry-problems.ts';
import { createLogger } from '../../server/log/log.ts';
import { RecentLines } from '../../server/log/recent-lines.ts';
import { makePem, temporaryFolder } from './pem-maker.ts';

const DOMAIN = 'pine.org';

async function open() {
  const dataDir = temporaryFolder();
  const own = makePem(dataDir, 'own', { subjectAltName: `DNS:${DOMAIN}` });
  const acquired = makePem(dataDir, 'acquired', { subjectAltName: `DNS:${DOMAIN}` });
  const files = new AcmeFiles(join(dataDir, 'certificates'));
  await files.keep(DOMAIN, readFileSync(acquired.certificatePath, 'utf8'), readFileSync(acquired.keyPath, 'utf8'));
  const wish = { own: undefined as OwnFiles | undefined, isEnabled: false };
  const certificates = await Certificates.open({
    dataDir,
    domain: DOMAIN,
    files: () => {
      if (wish.own?.keyPath === '') throw new CertificateError('unusable', 'They belong together.');
      return wish.own;
    },
    acquired: () => (wish.isEnabled ? files.certificate(DOMAIN, Date.now()) : Promise.resolve(undefined)),
    addresses: () => ['192.168.1.5'],
    now: Date.now,
    log: createLogger('debug', new RecentLines()),
  });
  const shown: string[] = [];
  certificates.onChange(({ source }) => shown.push(source));
  return { certificates, wish, own, shown, files };
}

test('each takes the place of the next, and gives it back, while the server runs', async () => {
  const { certificates, wish, own, shown } = await open();
  expect(certificates.current.source).toBe('local-ca');
  wish.isEnabled = true;
  await certificates.reload();
  wish.own = own;
  await certificates.reload();
  wish.own = undefined;
  await certificates.reload();
  wish.isEnabled = false;
  await certificates.reload();
  expect(shown).toEqual(['acme', 'files', 'acme', 'local-ca']);
});

test('half a pair of own files changes nothing', async () => {
  const { certificates, wish, own, shown } = await open();
  wish.own = { ...own, keyPath: '' };
  await certificates.reload();
  expect(shown).toEqual([]);
});

test('own files that cannot be used are told of until they can, or are wished for no more', async () => {
  const { certificates, wish, own } = await open();
  wish.own = { ...own, certificatePath: '/nowhere/chain.pem' };
  await certificates.reload();
  expect(certificates.current.source).toBe('local-ca');
  expect(certificates.trouble?.message).toBe('/nowhere/chain.pem cannot be read: there is no such file.');
  const [problem, ...others] = troubleProblems(certificates);
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ code: 'certificate-not-used' });
  expect(problem?.text).toContain('/nowhere/chain.pem cannot be read');
  expect(problem?.text).toContain('the one of before stays in use');
  wish.own = own;
  await certificates.reload();
  expect([certificates.current.source, certificates.trouble]).toEqual(['files', undefined]);
  wish.own = { ...own, keyPath: '' };
  await certificates.reload();
  expect(certificates.trouble).toBeDefined();
  wish.own = undefined;
  await certificates.reload();
  expect(troubleProblems(certificates)).toEqual([]);
});

test('pages by IP address keep the local authority’s certificate', async () => {
  const { certificates, wish } = await open();
  const before = certificates.current.byAddress;
  wish.isEnabled = true;
  await certificates.reload();
  expect(before).toBeDefined();
  expect(certificates.current.byAddress).toEqual(before);
  expect(certificates.current.certificatePem).not.toBe(before?.certificatePem);
});

test('a certificate for another domain is not taken', async () => {
  const { files } = await open();
  expect(await files.certificate('oak.org', Date.now())).toBeUndefined();
});

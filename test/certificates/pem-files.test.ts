import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CertificateError } from '../../server/certificates/certificate-error.ts';
import { loadPemFiles, type PemFiles } from '../../server/certificates/pem-files.ts';
import { joinPem, type MadePem, makePem, openssl, type PemWish, temporaryFolder } from './pem-maker.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const SAN = 'DNS:example.org,DNS:rooms.example.org';

function load(files: MadePem, nowMs = Date.now()): Promise<PemFiles> {
  return loadPemFiles({ ...files, domain: 'example.org', nowMs });
}

/** The problem and the sentence, with the folder's path taken out. */
async function refusal(files: MadePem, folder: string): Promise<[string, string]> {
  const error = await load(files).then(
    () => new Error('accepted'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CertificateError)) throw error;
  return [error.problem, error.message.replaceAll(`${folder}/`, '')];
}

function makeChain(folder: string) {
  const authority = (pathlen: number) => [`basicConstraints=critical,CA:TRUE,pathlen:${pathlen}`];
  const root = makePem(folder, 'root', { extensions: authority(1) });
  const middle = makePem(folder, 'middle', { issuer: root, extensions: authority(0) });
  const leaf = makePem(folder, 'leaf', { issuer: middle, subjectAltName: SAN });
  return { root, middle, leaf };
}

describe('what is accepted', () => {
  test.each<[string, PemWish]>([
    ['a DNS name', { subjectAltName: SAN }],
    ['a wildcard', { subjectAltName: 'DNS:*.org' }],
    ['an XMPP address', { subjectAltName: 'otherName:1.3.6.1.5.5.7.8.5;UTF8:example.org' }],
    ['a service name', { subjectAltName: 'otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-client.example.org' }],
    ['an RSA key', { subjectAltName: SAN, keyOptions: ['-newkey', 'rsa:2048'] }],
    [
      'a purpose that includes servers',
      { subjectAltName: SAN, extensions: ['extendedKeyUsage=serverAuth,clientAuth'] },
    ],
    ['the purpose of everything', { subjectAltName: SAN, extensions: ['extendedKeyUsage=2.5.29.37.0'] }],
  ])('a certificate with %s', async (_what, wish) => {
    const files = makePem(temporaryFolder(), 'server', wish);
    const { identity, concern } = await load(files);
    expect(identity).toMatchObject({ source: 'files', keyPem: readFileSync(files.keyPath, 'utf8') });
    expect(concern).toBeUndefined();
  });

  test('a chain in order is sent as a whole, also when texts stand between the certificates', async () => {
    const folder = temporaryFolder();
    const { leaf, middle } = makeChain(folder);
    writeFileSync(join(folder, 'words'), 'subject=middle\n');
    const parts = [leaf.certificatePath, join(folder, 'words'), middle.certificatePath];
    const { identity } = await load({ certificatePath: joinPem(folder, 'chain.pem', parts), keyPath: leaf.keyPath });
    expect(identity.certificatePem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(identity.certificatePem).not.toContain('subject=');
  });

  test('certificate and key in one file', async () => {
    const folder = temporaryFolder();
    const made = makePem(folder, 'server', { subjectAltName: SAN });
    const path = joinPem(folder, 'both.pem', [made.keyPath, made.certificatePath]);
    const { identity } = await load({ certificatePath: path, keyPath: path });
    expect(identity.certificatePem).not.toContain('PRIVATE KEY');
    expect(identity.keyPem).not.toContain('CERTIFICATE');
  });

  test('names that are missing for the rooms are reported', async () => {
    const folder = temporaryFolder();
    expect((await load(makePem(folder, 'one', { subjectAltName: SAN }))).uncovered).toEqual([]);
    const { uncovered } = await load(makePem(folder, 'two', { subjectAltName: 'DNS:example.org' }));
    expect(uncovered).toEqual(['rooms.example.org']);
  });

  test('a wrong time is a concern and no refusal', async () => {
    const files = makePem(temporaryFolder(), 'server', { subjectAltName: SAN });
    expect((await load(files, Date.now() + 31 * DAY_MS)).concern?.problem).toBe('expired');
    expect((await load(files, Date.now() - DAY_MS)).concern?.problem).toBe('not-yet-valid');
  });
});

describe('what is refused, and the sentence that says so', () => {
  const folder = temporaryFolder();
  const good = makePem(folder, 'good', { subjectAltName: SAN });
  const other = makePem(folder, 'other', { subjectAltName: 'DNS:*.example.org,DNS:example.com' });
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  test('a file that is not there, or is a folder', async () => {
    expect(await refusal({ ...good, certificatePath: join(folder, 'nowhere.pem') }, folder)).toEqual([
      'unreadable',
      'nowhere.pem cannot be read: there is no such file.',
    ]);
    const [problem, sentence] = await refusal({ ...good, keyPath: folder }, folder);
    expect([problem, sentence]).toEqual(['unreadable', `${folder} cannot be read: it is a folder.`]);
  });

  test('a file with something else in it', async () => {
    expect(await refusal({ ...good, certificatePath: good.keyPath }, folder)).toEqual([
      'malformed',
      'good-key.pem holds no certificate (“-----BEGIN CERTIFICATE-----”).',
    ]);
    expect(await refusal({ ...good, keyPath: good.certificatePath }, folder)).toEqual([
      'malformed',
      'good.pem holds no private key (“-----BEGIN PRIVATE KEY-----”).',
    ]);
  });

  test('a certificate or key that is damaged', async () => {
    const certificatePath = write('bad.pem', '-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n');
    expect(await refusal({ ...good, certificatePath }, folder)).toEqual([
      'malformed',
      'bad.pem: certificate 1 is damaged.',
    ]);
    const keyPath = write('bad-key.pem', '-----BEGIN PRIVATE KEY-----\nMIIBAAAA\n-----END PRIVATE KEY-----\n');
    expect(await refusal({ ...good, keyPath }, folder)).toEqual([
      'malformed',
      'bad-key.pem: the private key is damaged.',
    ]);
  });

  test.each([
    ['pkcs8', ['pkcs8', '-topk8', '-v2', 'aes-128-cbc']],
    ['traditional', ['ec', '-aes128']],
  ])('a key that is protected by a passphrase (%s)', async (name, command) => {
    const keyPath = join(folder, `${name}.pem`);
    openssl(...command, '-in', good.keyPath, '-passout', 'pass:secret', '-out', keyPath);
    const [problem, sentence] = await refusal({ ...good, keyPath }, folder);
    expect(problem).toBe('encrypted-key');
    expect(sentence).toContain(`${name}.pem is protected by a passphrase`);
  });

  test('a key of another certificate', async () => {
    expect(await refusal({ ...good, keyPath: other.keyPath }, folder)).toEqual([
      'key-mismatch',
      'other-key.pem is not the key of the certificate in good.pem.',
    ]);
  });

  test('a chain in the wrong order, or with a gap', async () => {
    const { leaf, middle, root } = makeChain(folder);
    const chain = (name: string, ...parts: MadePem[]) => ({
      certificatePath: joinPem(
        folder,
        name,
        parts.map((part) => part.certificatePath),
      ),
      keyPath: leaf.keyPath,
    });
    expect(await refusal(chain('reversed.pem', root, middle, leaf), folder)).toEqual([
      'chain-order',
      "reversed.pem: the key is that of certificate 3, but the server's own certificate must come first.",
    ]);
    const [problem, sentence] = await refusal(chain('gap.pem', leaf, root), folder);
    expect([problem, sentence.split(';')[0]]).toEqual([
      'chain-order',
      'gap.pem: certificate 2 did not issue certificate 1',
    ]);
  });

  test('a certificate for another domain', async () => {
    expect(await refusal(other, folder)).toEqual([
      'wrong-domain',
      'other.pem is for *.example.org, example.com, and not for example.org.',
    ]);
  });

  test('a certificate that has the domain only as its common name', async () => {
    const [problem, sentence] = await refusal(makePem(folder, 'example.org'), folder);
    expect([problem, sentence]).toEqual([
      'wrong-domain',
      'example.org.pem names no domain in its subject alternative name, which is the only place where clients look.',
    ]);
  });

  test('a certificate that is not for servers', async () => {
    const wish = { subjectAltName: SAN, extensions: ['extendedKeyUsage=clientAuth'] };
    const [problem, sentence] = await refusal(makePem(folder, 'client', wish), folder);
    expect([problem, sentence]).toEqual([
      'unusable',
      'client.pem is not meant for servers (its extended key usage lacks serverAuth).',
    ]);
  });

  test('a key that TLS finds too weak', async () => {
    const weak = makePem(folder, 'weak', { subjectAltName: SAN, keyOptions: ['-newkey', 'rsa:1024'] });
    const [problem, sentence] = await refusal(weak, folder);
    expect(problem).toBe('unusable');
    expect(sentence).toContain('weak.pem cannot be used for TLS: ');
  });
});

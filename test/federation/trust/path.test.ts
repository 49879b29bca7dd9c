import { createHash, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { der, derObjectIdentifier, TAG } from '../../../server/certificates/der.ts';
import { generateKeyPem, issueAuthority, issueLeaf } from '../../../server/certificates/issue.ts';
import { encodeNameConstraints } from '../../../server/certificates/name-constraints.ts';
import { readCertificateFields } from '../../../server/federation/trust/certificate-fields.ts';
import { type PathQuestion, validatePath } from '../../../server/federation/trust/path.ts';
import { TrustRoots } from '../../../server/federation/trust/trust-roots.ts';
import {
  extension,
  KEY_USAGE,
  type Made,
  make,
  makeAuthority,
  NOW_MS,
  PURPOSE,
  type Recipe,
  RSA,
  RSA_PSS,
} from './authority.ts';

const NAMES = { names: { dns: ['b.example'] } };

let root: Made;
beforeAll(async () => {
  root = await makeAuthority('Test Root');
});

function check(chain: readonly Made[], question: Partial<PathQuestion> = {}): string {
  const answer = validatePath({
    chain: chain.map(({ certificate }) => certificate),
    roots: new TrustRoots([root.certificate]),
    purpose: 'either',
    nowMs: NOW_MS,
    ...question,
  });
  return answer.isValid ? 'valid' : answer.problem;
}

const leafOf = (issuer: Made, recipe: Partial<Recipe> = {}) => make({ name: 'b.example', issuer, ...NAMES, ...recipe });
const below = (issuer: Made, recipe: Partial<Recipe> = {}) => makeAuthority('Intermediate', { issuer, ...recipe });

describe('a path that is right', () => {
  test('a certificate of a trusted authority is trusted', async () => {
    expect(check([await leafOf(root)])).toBe('valid');
  });

  test('authorities in between are found in any order, beside others that do not matter', async () => {
    const first = await makeAuthority('First', { issuer: root });
    const second = await makeAuthority('Second', { issuer: first });
    const stranger = await makeAuthority('Stranger');
    expect(check([await leafOf(second), stranger, first, root, second])).toBe('valid');
  });

  test('a way past an expired cross-signature is found', async () => {
    const keys = await makeAuthority('Intermediate', { issuer: root });
    const expired = await makeAuthority('Intermediate', { issuer: root, keys: keys.keys, validDays: [-10, -1] });
    expect(check([await leafOf(keys), expired, keys])).toBe('valid');
  });

  test('the certificate itself may stand among those trusted', async () => {
    const own = await make({ name: 'b.example', ...NAMES });
    expect(check([own], { roots: new TrustRoots([own.certificate]) })).toBe('valid');
  });

  test.each([RSA(2048, 'SHA-256'), RSA(3072, 'SHA-512'), RSA_PSS('SHA-256')])('RSA will do: %o', async (algorithm) => {
    const authority = await below(root, { algorithm });
    expect(check([await leafOf(authority), authority])).toBe('valid');
  });

  test('a server certificate without the purpose “TLS client” proves who dials, but not the other way round', async () => {
    const server = await leafOf(root, { purposes: [PURPOSE.serverAuth] });
    const client = await leafOf(root, { purposes: [PURPOSE.clientAuth] });
    expect([check([server]), check([client])]).toEqual(['valid', 'valid']);
    expect(check([server], { purpose: 'server' })).toBe('valid');
    expect(check([client], { purpose: 'server' })).toBe('is not meant for servers');
  });

  test('Snug’s own authority vouches for its leaf', async () => {
    const [keyPem, leafKey] = [await generateKeyPem(), await generateKeyPem()];
    const certificatePem = await issueAuthority({ domain: 'b.example', keyPem, nowMs: NOW_MS });
    const issuer = { certificatePem, keyPem, expiresAtMs: NOW_MS * 2 };
    const leaf = await issueLeaf({ domain: 'b.example', keyPem: leafKey, nowMs: NOW_MS }, issuer);
    const roots = new TrustRoots([new X509Certificate(certificatePem)]);
    const answer = validatePath({ chain: [new X509Certificate(leaf)], roots, purpose: 'server', nowMs: NOW_MS });
    expect(answer.isValid).toBe(true);
  });
});

describe('a path that is wrong', () => {
  test('an expired certificate is refused with its day, and one of tomorrow too', async () => {
    expect(check([await leafOf(root, { validDays: [-9, -1] })])).toBe('is expired since 2026-04-30');
    expect(check([await leafOf(root, { validDays: [1, 2] })])).toContain('is not valid before 2026-05-02');
  });

  test('an expired authority is refused, in between and at the root', async () => {
    const expired = await below(root, { validDays: [-10, -1] });
    expect(check([await leafOf(expired), expired])).toBe(
      'depends on that of “Intermediate”, which is expired since 2026-04-30',
    );
    const leaf = await leafOf(root, { validDays: [-9, 100] });
    expect(check([leaf], { nowMs: NOW_MS + 20 * 86_400_000 })).toContain('“Test Root”, which is expired');
  });

  test('a self-signed certificate and one of a stranger are told apart', async () => {
    expect(check([await make({ name: 'b.example', ...NAMES })])).toBe('is self-signed and not pinned');
    const stranger = await makeAuthority('Stranger');
    expect(check([await leafOf(stranger), stranger])).toBe(
      'was issued by “Stranger”, which is not trusted here, or a certificate between them was not sent',
    );
  });

  test('an authority of the same name with another key is no authority', async () => {
    const impostor = await makeAuthority('Test Root');
    expect(check([await leafOf(impostor), impostor])).toContain('not trusted here');
  });

  test('a leaf cannot vouch for anybody', async () => {
    const leaf = await leafOf(root);
    const forged = await make({ name: 'c.example', issuer: leaf, names: { dns: ['c.example'] } });
    expect(check([forged, leaf])).toBe('was issued by “b.example”, which is no authority');
  });

  test.each([
    ['without saying that it is an authority', { isAuthority: false }],
    ['without basic constraints', { withoutBasicConstraints: true }],
  ])('an authority %s is refused', async (_, recipe) => {
    const wrong = await below(root, recipe);
    expect(check([await leafOf(wrong), wrong])).toContain('which is no authority');
  });

  test('an authority whose key may not sign certificates is refused', async () => {
    const wrong = await below(root, { keyUsage: KEY_USAGE.digitalSignature });
    expect(check([await leafOf(wrong), wrong])).not.toBe('valid');
  });

  test('the length of the path is limited as authorities say', async () => {
    const last = await below(root, { pathLength: 0 });
    expect(check([await leafOf(last), last])).toBe('valid');
    const tooMuch = await makeAuthority('Too much', { issuer: last });
    expect(check([await leafOf(tooMuch), tooMuch, last])).toBe(
      'has more authorities above it than “Intermediate” permits',
    );
  });

  test('an authority for mail only cannot vouch for servers', async () => {
    const mail = await below(root, { purposes: [PURPOSE.emailProtection] });
    expect(check([await leafOf(mail), mail])).toBe('is not meant for servers');
  });

  test('purposes must agree all the way', async () => {
    const clients = await below(root, { purposes: [PURPOSE.clientAuth] });
    expect(check([await leafOf(clients, { purposes: [PURPOSE.serverAuth] }), clients])).toBe(
      'is not meant for servers',
    );
  });

  test.each([
    ['SHA-1', RSA(2048, 'SHA-1'), 'has a signature that is too weak'],
    ['SHA-1 in PSS', RSA_PSS('SHA-1'), 'has a signature that is too weak'],
    ['a short RSA key', RSA(1024, 'SHA-256'), 'depends on that of “Intermediate”, which has a key that is too weak'],
  ])('%s is refused', async (_, algorithm, problem) => {
    const weak = await below(root, { algorithm });
    expect(check([await leafOf(weak), weak])).toBe(problem);
  });

  test('a critical extension that nobody knows is refused, and passed over when it is not critical', async () => {
    const unknown = (isCritical: boolean) => extension('1.2.3.4', isCritical, der(TAG.sequence));
    expect(check([await leafOf(root, { extensions: [unknown(true)] })])).toContain('does not understand (1.2.3.4)');
    expect(check([await leafOf(root, { extensions: [unknown(false)] })])).toBe('valid');
  });

  test('a certificate that names another signature algorithm outside than inside is malformed', async () => {
    const { certificate } = await leafOf(root);
    const bytes = Buffer.from(certificate.raw);
    const ecdsaWithSha256 = Buffer.from('2a8648ce3d040302', 'hex');
    bytes[bytes.lastIndexOf(ecdsaWithSha256) + 7] = 3;
    expect(() => readCertificateFields(new X509Certificate(bytes))).toThrow('two signature algorithms');
  });

  test('a hall of mirrors costs a bounded number of signatures', async () => {
    const keys = (await makeAuthority('Mirror')).keys;
    const mirrors: Made[] = [];
    for (let at = 0; at < 9; at++) mirrors.push(await makeAuthority('Mirror', { keys }));
    const leaf = await leafOf(mirrors[0] as Made);
    const startedMs = performance.now();
    expect(check([leaf, ...mirrors])).toContain('not trusted here');
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});

describe('name constraints', () => {
  const constrained = (domain: string) => below(root, { constraints: encodeNameConstraints(domain) });

  test('an authority vouches for its domain and what is below', async () => {
    const authority = await constrained('b.example');
    const names = { dns: ['b.example', 'rooms.b.example'], xmppAddr: ['b.example'], srv: ['_xmpp-server.b.example'] };
    expect(check([await leafOf(authority, { names }), authority])).toBe('valid');
  });

  test.each([
    ['another DNS name', { dns: ['b.example', 'c.example'] }],
    ['a name that only ends alike', { dns: ['notb.example'] }],
    ['another domain as SRVName', { dns: ['b.example'], srv: ['_xmpp-server.c.example'] }],
    ['another domain as xmppAddr', { dns: ['b.example'], xmppAddr: ['c.example'] }],
    ['an xmppAddr in other letters', { dns: ['b.example'], xmppAddr: ['ｃ.example.'] }],
  ])('%s is refused', async (_, names) => {
    const authority = await constrained('b.example');
    expect(check([await leafOf(authority, { names }), authority])).toBe(
      'has names that its authority “Intermediate” may not vouch for',
    );
  });

  test('they bind what an authority further down vouches for', async () => {
    const upper = await constrained('b.example');
    const lower = await makeAuthority('Lower', { issuer: upper });
    expect(check([await leafOf(lower, { names: { dns: ['c.example'] } }), lower, upper])).toContain(
      'may not vouch for',
    );
  });

  const excluding = (tag: number, base: Buffer) =>
    der(TAG.sequence, der(TAG.constructed(1), der(TAG.sequence, der(tag, base))));

  test('an excluded name is refused, by a wildcard too, and others are not', async () => {
    const authority = await below(root, { constraints: excluding(TAG.primitive(2), Buffer.from('bank.b.example')) });
    const verdict = async (...dns: string[]) => check([await leafOf(authority, { names: { dns } }), authority]);
    expect(await verdict('www.bank.b.example')).toContain('may not vouch for');
    expect(await verdict('*.b.example')).toContain('may not vouch for');
    expect(await verdict('shop.b.example')).toBe('valid');
  });

  test('a constraint with a distance, which nobody uses, is refused', async () => {
    const subtree = der(
      TAG.sequence,
      der(TAG.primitive(2), Buffer.from('b.example')),
      der(TAG.primitive(1), Buffer.from([1])),
    );
    const authority = await below(root, { constraints: der(TAG.sequence, der(TAG.constructed(0), subtree)) });
    expect(check([await leafOf(authority), authority])).not.toBe('valid');
    expect(() => readCertificateFields(authority.certificate)).toThrow('a name constraint with a distance');
  });

  test('a form of name that is constrained and not compared is refused', async () => {
    const xmppAddr = Buffer.concat([
      derObjectIdentifier('1.3.6.1.5.5.7.8.5'),
      der(TAG.constructed(0), der(TAG.utf8String, Buffer.from('d.example'))),
    ]);
    const authority = await below(root, { constraints: excluding(TAG.constructed(0), xmppAddr) });
    const names = { dns: ['b.example'], xmppAddr: ['b.example'] };
    expect(check([await leafOf(authority, { names }), authority])).toContain('may not vouch for');
  });
});

test('bytes changed anywhere in a certificate never make it trusted, and never break the search', async () => {
  const leaf = await leafOf(root);
  const original = createHash('sha256').update(leaf.certificate.raw).digest('hex');
  fc.assert(
    fc.property(fc.nat(leaf.certificate.raw.length - 1), fc.nat(255), (at, byte) => {
      const bytes = Buffer.from(leaf.certificate.raw);
      bytes[at] = byte;
      if (createHash('sha256').update(bytes).digest('hex') === original) return;
      let certificate: X509Certificate;
      try {
        certificate = new X509Certificate(bytes);
      } catch {
        return; // OpenSSL refuses it before we see it
      }
      const answer = validatePath({
        chain: [certificate],
        roots: new TrustRoots([root.certificate]),
        purpose: 'either',
        nowMs: NOW_MS,
      });
      expect(answer.isValid).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('the fields of every root that Node brings can be read', async () => {
  const { rootCertificates } = await import('node:tls');
  for (const pem of rootCertificates) {
    const fields = readCertificateFields(new X509Certificate(pem));
    expect(fields.unknownCritical).toEqual([]);
    expect(fields.basicConstraints?.isAuthority ?? fields.version === 1).toBe(true);
  }
});

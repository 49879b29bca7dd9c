/** Which keys and signatures are strong enough between servers: what OpenSSL takes at its security level 2. */
import { readDer, TAG } from '../../certificates/der.ts';
import { type CertificateFields, readObjectIdentifier } from './certificate-fields.ts';

/** RFC 8017 appendix A.2.4, RFC 5758, RFC 8410: with SHA-256 or more, or none at all (EdDSA). */
const SIGNATURES: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.3.101.112',
  '1.3.101.113',
]);
const RSA_PSS = '1.2.840.113549.1.1.10';
const HASHES: ReadonlySet<string> = new Set([
  '2.16.840.1.101.3.4.2.1',
  '2.16.840.1.101.3.4.2.2',
  '2.16.840.1.101.3.4.2.3',
]);
const MIN_RSA_BITS = 2048;
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** SHA-1 and MD5 can be made to sign two certificates at once. */
export function isSignatureStrong({ signature: { identifier, parameters } }: CertificateFields): boolean {
  if (identifier !== RSA_PSS) return SIGNATURES.has(identifier);
  // RFC 4055 section 3.1: the hash is the field [0]; without it, it is SHA-1.
  const fields = readDer(readDer(parameters)[0]?.content ?? Buffer.alloc(0));
  const hash = fields.find(({ tag }) => tag === TAG.constructed(0))?.content;
  return hash !== undefined && HASHES.has(readObjectIdentifier(readDer(readDer(hash)[0]?.content ?? hash)[0]?.content));
}

export function isKeyStrong({ publicKey }: CertificateFields): boolean {
  switch (publicKey?.asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss':
      return (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
    case 'ec':
      return CURVES.has(publicKey.asymmetricKeyDetails?.namedCurve ?? '');
    case 'ed25519':
    case 'ed448':
      return true;
    default:
      return false;
  }
}

/**
 * Making certificates: the authority of an installation and the leaf that the server shows.
 *
 * Only this file knows @peculiar/x509. It is imported when something is to be issued and not before: loading it costs
 * about 100 ms and 20 MB, and nearly every start finds its certificates on disk.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  webcrypto,
} from 'node:crypto';
import { domainToUnicode } from 'node:url';
import { promisify } from 'node:util';
import type { JsonName } from '@peculiar/x509';
import { encodeSubjectAltName, ID_SUBJECT_ALT_NAME, namesOfDomain } from './certificate-names.ts';
import { encodeNameConstraints, ID_NAME_CONSTRAINTS } from './name-constraints.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_LIFE_MS = 10 * 365 * DAY_MS;
/** A year and a month, far below the 825 days after which Apple's systems refuse a certificate of any authority. */
export const LEAF_LIFE_MS = 397 * DAY_MS;
/** How far the beginning lies back, for phones whose clock is behind or in the wrong time zone. */
const BACKDATED_MS = DAY_MS;
/** RFC 5280 appendix A, ub-common-name. */
const MAX_COMMON_NAME = 64;

const EC_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface IssueOptions {
  /** A-labels, in small letters. */
  readonly domain: string;
  /** The private key of the certificate to be made, PKCS #8 PEM. */
  readonly keyPem: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface LeafOptions extends IssueOptions {
  /** IP addresses that it is for as well; none when left out. */
  readonly addresses?: readonly string[];
}

export interface Issuer {
  readonly certificatePem: string;
  readonly keyPem: string;
  /** Milliseconds since 1970; what it signs does not outlive it. */
  readonly expiresAtMs: number;
}

/** A new P-256 private key as PKCS #8 PEM. P-256 because a TLS handshake with RSA holds the event loop far longer. */
export async function generateKeyPem(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The self-signed authority that may vouch for `domain` only, as PEM. */
export async function issueAuthority({ domain, keyPem, nowMs }: IssueOptions): Promise<string> {
  const x509 = await loadX509();
  const keys = importKeys(keyPem);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: randomSerial(),
      name: commonName(`Snug CA for ${domainToUnicode(domain) || domain}`.slice(0, MAX_COMMON_NAME)),
      ...validity(nowMs, nowMs - BACKDATED_MS + AUTHORITY_LIFE_MS),
      keys,
      signingAlgorithm: EC_ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        // Name constraints say nothing about signed mail or programs; a purpose on the authority rules those out.
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.Extension(ID_NAME_CONSTRAINTS, true, encodeNameConstraints(domain)),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  );
  return `${certificate.toString('pem')}\n`;
}

/** The certificate that the server shows, signed by `issuer`, as PEM. */
export async function issueLeaf({ domain, keyPem, nowMs, addresses }: LeafOptions, issuer: Issuer): Promise<string> {
  const x509 = await loadX509();
  const names = { ...namesOfDomain(domain), ip: addresses ?? [] };
  const { publicKey } = importKeys(keyPem);
  const authority = new x509.X509Certificate(issuer.certificatePem);
  // A subject that has no room for the domain stays empty, and the alternative name is then critical (RFC 5280 4.2.1.6).
  const fits = domain.length <= MAX_COMMON_NAME;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: randomSerial(),
      subject: fits ? commonName(domain) : [],
      issuer: authority.subjectName,
      ...validity(nowMs, Math.min(nowMs - BACKDATED_MS + LEAF_LIFE_MS, issuer.expiresAtMs)),
      publicKey,
      signingKey: importKeys(issuer.keyPem).privateKey,
      signingAlgorithm: EC_ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        // clientAuth too: towards other servers this server is the TLS client (XEP-0178).
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.Extension(ID_SUBJECT_ALT_NAME, !fits, encodeSubjectAltName(names)),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      ],
    },
    webcrypto,
  );
  return `${certificate.toString('pem')}\n`;
}

async function loadX509() {
  await import('reflect-metadata'); // its dependency injection needs the polyfill to be there first
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  return x509;
}

function importKeys(keyPem: string) {
  const privateKey = createPrivateKey(keyPem);
  const use = (key: KeyObject, usage: 'sign' | 'verify') => key.toCryptoKey(EC_ALGORITHM, true, [usage]);
  return { privateKey: use(privateKey, 'sign'), publicKey: use(createPublicKey(privateKey), 'verify') };
}

function commonName(name: string): JsonName {
  return [{ CN: [name] }];
}

/** Whole seconds, because X.509 has no others (RFC 5280 section 4.1.2.5). */
function validity(nowMs: number, notAfterMs: number) {
  const seconds = (ms: number) => new Date(Math.floor(ms / 1000) * 1000);
  return { notBefore: seconds(nowMs - BACKDATED_MS), notAfter: seconds(notAfterMs) };
}

/** RFC 5280 section 4.1.2.2: positive, at most 20 octets; 127 random bits never repeat. */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

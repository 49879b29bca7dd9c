/**
 * The certificates that an installation makes for itself, in `<dataDir>/certificates/`: an authority that may vouch for
 * one domain only, and one stable leaf.
 *
 * The leaf keeps its key when it is renewed. Clients that memorise the certificate ask again either way, but whoever
 * pinned the public key is not disturbed; and a new key would protect from nothing, since who can read the old one can
 * read the authority's key beside it.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../log/log.ts';
import { CertificateError } from './certificate-error.ts';
import { asciiDomain, namesOfDomain, readCertificateNames } from './certificate-names.ts';
import { flushDirectory, makePrivate, writeDurably } from './durable-file.ts';
import { generateKeyPem, issueAuthority, issueLeaf, LEAF_LIFE_MS } from './issue.ts';
import { readPermittedDnsNames } from './name-constraints.ts';
import { isKeyOf, localIdentity, type TlsIdentity } from './tls-identity.ts';

const AUTHORITY = { certificate: 'ca.pem', key: 'ca-key.pem' };
const LEAF = { certificate: 'leaf.pem', key: 'leaf-key.pem' };
const FILES = [AUTHORITY.certificate, AUTHORITY.key, LEAF.certificate, LEAF.key];

type PairOfFiles = typeof AUTHORITY;

interface Pair {
  readonly certificate: X509Certificate;
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface LocalAuthorityOptions {
  /** The folder that holds the PEM files; it is made when it is missing. */
  readonly directory: string;
  readonly domain: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly log: Logger;
}

/**
 * Reads the identity of this installation, and first makes or renews what is missing or due.
 * @throws CertificateError when the domain is not one, or the folder cannot be read or written.
 */
export async function openLocalIdentity(options: LocalAuthorityOptions): Promise<TlsIdentity> {
  const domain = asciiDomain(options.domain);
  if (domain === undefined)
    throw new CertificateError(
      'wrong-domain',
      `“${options.domain}” is not a domain name, so it can have no certificate.`,
    );
  const place: LocalAuthorityOptions = { ...options, domain };
  try {
    await mkdir(place.directory, { recursive: true, mode: 0o700 });
    await makePrivate(place.directory, 0o700);
    const authority = await openAuthority(place);
    const leaf = await openLeaf(place, authority);
    return localIdentity(leaf, authority.certificatePem);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const reason = `${place.directory}: the certificates cannot be kept there: ${error.message}`;
    throw new CertificateError('unreadable', reason, { cause: error });
  }
}

async function openAuthority(place: LocalAuthorityOptions): Promise<Pair> {
  const pair = await readPair(place.directory, AUTHORITY);
  const trouble =
    pair === undefined ? 'the local authority was incomplete or damaged' : otherDomain(pair, place.domain);
  if (pair === undefined || trouble !== undefined) {
    await setAside(place, trouble);
    return makeAuthority(place);
  }
  // It must outlive every leaf it signs, so it is renewed while a whole leaf's life is left.
  return expiresAtMs(pair) - place.nowMs < LEAF_LIFE_MS ? renewAuthority(place, pair) : pair;
}

async function makeAuthority(place: LocalAuthorityOptions): Promise<Pair> {
  const keyPem = await generateKeyPem();
  const certificatePem = await issueAuthority({ ...place, keyPem });
  const pair = await writePair(place.directory, AUTHORITY, { certificatePem, keyPem });
  place.log.info({ domain: place.domain, fingerprint: pair.certificate.fingerprint256 }, 'local authority made');
  return pair;
}

/** Same key and name: what it signed stays valid, under the old certificate as under the new one. */
async function renewAuthority(place: LocalAuthorityOptions, old: Pair): Promise<Pair> {
  const certificatePem = await issueAuthority({ ...place, keyPem: old.keyPem });
  const pair = await writePair(place.directory, AUTHORITY, { certificatePem, keyPem: old.keyPem });
  place.log.warn(
    { oldExpires: old.certificate.validTo, fingerprint: pair.certificate.fingerprint256 },
    'local authority renewed: devices that trust the old one must install it again before the old one expires',
  );
  return pair;
}

async function openLeaf(place: LocalAuthorityOptions, authority: Pair): Promise<Pair> {
  const pair = await readPair(place.directory, LEAF);
  const reason = pair === undefined ? 'there was none' : leafTrouble(pair, authority, place);
  if (pair === undefined || reason !== undefined) return makeLeaf(place, authority, reason);
  if (pair.certificate.validFromDate.getTime() > place.nowMs) {
    // Not replaced: a computer whose clock starts in the past would make itself an expired certificate at every start.
    place.log.warn({ validFrom: pair.certificate.validFrom }, 'certificate begins in the future: is the clock wrong?');
  }
  return pair;
}

async function makeLeaf(place: LocalAuthorityOptions, authority: Pair, reason?: string): Promise<Pair> {
  const keyPem = (await readKey(join(place.directory, LEAF.key))) ?? (await generateKeyPem());
  const issuer = { ...authority, expiresAtMs: expiresAtMs(authority) };
  const certificatePem = await issueLeaf({ ...place, keyPem }, issuer);
  const pair = await writePair(place.directory, LEAF, { certificatePem, keyPem });
  const { fingerprint256: fingerprint, validTo: expires } = pair.certificate;
  place.log.info({ reason, fingerprint, expires }, 'certificate issued');
  return pair;
}

/** Whom this authority was made for, when that is not `domain`: such a one is never used again. */
function otherDomain({ certificate }: Pair, domain: string): string | undefined {
  const permitted = readPermittedDnsNames(certificate.raw);
  if (permitted.length === 1 && permitted[0] === domain) return undefined;
  return `the local authority was for ${permitted.join(', ') || 'any domain'}`;
}

/** Why a new leaf is due, or undefined. */
function leafTrouble(leaf: Pair, authority: Pair, place: LocalAuthorityOptions): string | undefined {
  const { certificate } = leaf;
  if (!certificate.checkIssued(authority.certificate) || !certificate.verify(authority.certificate.publicKey))
    return 'the old one was not issued by the local authority';
  const names = JSON.stringify(readCertificateNames(certificate.raw));
  if (names !== JSON.stringify(namesOfDomain(place.domain))) return 'the old one was for other names';
  return expiresAtMs(leaf) - place.nowMs < LEAF_LIFE_MS / 3 ? 'a third of the life of the old one was left' : undefined;
}

/** Moves all four files away together, because a leaf is worth nothing without its authority. */
async function setAside(place: LocalAuthorityOptions, reason: string | undefined): Promise<void> {
  const present = (await readdir(place.directory)).filter((name) => FILES.includes(name));
  if (present.length === 0) return;
  const folder = join(place.directory, `set-aside-${new Date(place.nowMs).toISOString().replaceAll(':', '-')}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of present) await rename(join(place.directory, name), join(folder, name));
  await flushDirectory(folder);
  await flushDirectory(place.directory);
  place.log.warn({ reason, folder }, 'old certificates set aside: devices must trust this server again');
}

/** The key first: a certificate is never on disk without it. */
async function writePair(directory: string, files: PairOfFiles, pem: Omit<Pair, 'certificate'>): Promise<Pair> {
  await writeDurably(join(directory, files.key), pem.keyPem, 0o600);
  await writeDurably(join(directory, files.certificate), pem.certificatePem, 0o644);
  return { ...pem, certificate: new X509Certificate(pem.certificatePem) };
}

/** Undefined when one of the two is missing or damaged, or they do not belong together. */
async function readPair(directory: string, files: PairOfFiles): Promise<Pair | undefined> {
  const keyPem = await readKey(join(directory, files.key));
  const certificatePem = await readIfThere(join(directory, files.certificate));
  if (keyPem === undefined || certificatePem === undefined) return undefined;
  try {
    const certificate = new X509Certificate(certificatePem);
    return isKeyOf(certificate, keyPem) ? { certificate, certificatePem, keyPem } : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when there is no key or not one that the authority makes. A key that others can read is closed to them. */
async function readKey(path: string): Promise<string | undefined> {
  const pem = await readIfThere(path);
  if (pem === undefined) return undefined;
  await makePrivate(path, 0o600);
  try {
    const isP256 = createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return isP256 ? pem : undefined;
  } catch {
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function expiresAtMs(pair: Pair): number {
  return pair.certificate.validToDate.getTime();
}

/**
 * The certificates that an installation makes for itself, in `<dataDir>/certificates/`: an authority that may vouch for
 * one domain only, one stable leaf, and one for pages that are opened by IP address.
 *
 * A leaf keeps its key when it is renewed. Clients that memorise the certificate ask again either way, but whoever
 * pinned the public key is not disturbed; and a new key would protect from nothing, since who can read the old one can
 * read the authority's key beside it.
 */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../log/log.ts';
import { CertificateError } from './certificate-error.ts';
import { asciiDomain } from './certificate-names.ts';
import { flushDirectory, makePrivate } from './durable-file.ts';
import { generateKeyPem, issueAuthority, LEAF_LIFE_MS } from './issue.ts';
import { ADDRESS_LEAF, LEAF, openAddressLeaf, openStableLeaf } from './leaves.ts';
import { readPermittedDnsNames } from './name-constraints.ts';
import { expiresAtMs, isSystemError, type Pair, readPair, writePair } from './pair.ts';
import { localIdentity, type TlsIdentity } from './tls-identity.ts';

const AUTHORITY = { certificate: 'ca.pem', key: 'ca-key.pem' };
const FILES = [AUTHORITY, LEAF, ADDRESS_LEAF].flatMap(({ certificate, key }) => [certificate, key]);

export interface LocalAuthorityOptions {
  /** The folder that holds the PEM files; it is made when it is missing. */
  readonly directory: string;
  readonly domain: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Under which pages are opened; those that the authority may not vouch for are left out. */
  readonly addresses?: readonly string[];
  readonly log: Logger;
}

/**
 * Reads the identity of this installation, and first makes or renews what is missing or due.
 * @throws CertificateError when the domain is not one, or the folder cannot be read or written.
 */
export function openLocalIdentity(options: LocalAuthorityOptions): Promise<TlsIdentity> {
  return inPlace(options, readIdentity);
}

/**
 * Sets authority and leaves aside and makes new ones, with new keys: for when a key may have been seen. Every device
 * has to trust the server again.
 * @throws CertificateError as above; what was set aside by then stays so, and the next start makes what is missing.
 */
export function rotateLocalIdentity(options: LocalAuthorityOptions): Promise<TlsIdentity> {
  return inPlace(options, async (place) => {
    await setAside(place, 'somebody asked for new ones');
    return readIdentity(place);
  });
}

async function readIdentity(place: LocalAuthorityOptions): Promise<TlsIdentity> {
  const authority = await openAuthority(place);
  const leaf = await openStableLeaf(place, authority);
  const byAddress = await openAddressLeaf(place, authority, place.addresses ?? []);
  return localIdentity(leaf, authority.certificatePem, byAddress);
}

/** With a folder that is there, and a domain in A-labels. */
async function inPlace(
  options: LocalAuthorityOptions,
  act: (place: LocalAuthorityOptions) => Promise<TlsIdentity>,
): Promise<TlsIdentity> {
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
    return await act(place);
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

/** Whom this authority was made for, when that is not `domain`: such a one is never used again. */
function otherDomain({ certificate }: Pair, domain: string): string | undefined {
  const permitted = readPermittedDnsNames(certificate.raw);
  if (permitted.length === 1 && permitted[0] === domain) return undefined;
  return `the local authority was for ${permitted.join(', ') || 'any domain'}`;
}

/** Moves all files away together, because a leaf is worth nothing without its authority. */
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

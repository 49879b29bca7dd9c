/**
 * The two leaves of the local authority: the stable one, which every chat app is shown, and one for pages that are
 * opened by IP address, which is another one whenever the addresses are.
 */
import { join } from 'node:path';
import type { Logger } from '../log/log.ts';
import { type CertificateNames, namesOfDomain, readCertificateNames } from './certificate-names.ts';
import { addressOctets, addressText } from './ip-address.ts';
import { generateKeyPem, issueLeaf, LEAF_LIFE_MS } from './issue.ts';
import { readPermittedNetworks } from './name-constraints.ts';
import { expiresAtMs, type Pair, type PairOfFiles, readKey, readPair, writePair } from './pair.ts';

export const LEAF: PairOfFiles = { certificate: 'leaf.pem', key: 'leaf-key.pem' };
export const ADDRESS_LEAF: PairOfFiles = { certificate: 'address-leaf.pem', key: 'address-leaf-key.pem' };

/** More than any computer has in home and office; the certificate is part of every handshake. */
const MAX_ADDRESSES = 32;

export interface LeafPlace {
  readonly directory: string;
  /** A-labels, in small letters. */
  readonly domain: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly log: Logger;
}

/** What clients remember: it depends on nothing but the domain. */
export function openStableLeaf(place: LeafPlace, authority: Pair): Promise<Pair> {
  const wanted = namesOfDomain(place.domain);
  return openLeaf(place, authority, {
    files: LEAF,
    addresses: [],
    isFor: (names) => JSON.stringify(names) === JSON.stringify(wanted),
  });
}

/**
 * It names the domain too, for clients that do not say whom they want. One that covers more than the addresses of now
 * is kept: a network that is left is mostly come back to. Undefined when there is no address that the authority may
 * vouch for.
 */
export function openAddressLeaf(
  place: LeafPlace,
  authority: Pair,
  addresses: readonly string[],
): Promise<Pair> | undefined {
  const networks = readPermittedNetworks(authority.certificate.raw);
  const permitted = addresses.flatMap((address) => {
    const octets = addressOctets(address);
    return octets !== undefined && networks.some((network) => network.has(octets)) ? [addressText(octets)] : [];
  });
  const wanted = [...new Set(permitted)].sort().slice(0, MAX_ADDRESSES);
  if (wanted.length === 0) return undefined;
  const { ip: _, ...domainNames } = namesOfDomain(place.domain);
  return openLeaf(place, authority, {
    files: ADDRESS_LEAF,
    addresses: wanted,
    isFor: ({ ip, ...names }) =>
      JSON.stringify(names) === JSON.stringify(domainNames) && wanted.every((address) => ip.includes(address)),
  });
}

interface LeafWish {
  readonly files: PairOfFiles;
  readonly addresses: readonly string[];
  readonly isFor: (names: CertificateNames) => boolean;
}

async function openLeaf(place: LeafPlace, authority: Pair, wish: LeafWish): Promise<Pair> {
  const pair = await readPair(place.directory, wish.files);
  const reason = pair === undefined ? 'there was none' : leafTrouble(pair, authority, place.nowMs, wish);
  if (pair === undefined || reason !== undefined) return makeLeaf(place, authority, wish, reason);
  if (pair.certificate.validFromDate.getTime() > place.nowMs) {
    // Not replaced: a computer whose clock starts in the past would make itself an expired certificate at every start.
    place.log.warn({ validFrom: pair.certificate.validFrom }, 'certificate begins in the future: is the clock wrong?');
  }
  return pair;
}

async function makeLeaf(place: LeafPlace, authority: Pair, wish: LeafWish, reason?: string): Promise<Pair> {
  const { files, addresses } = wish;
  const keyPem = (await readKey(join(place.directory, files.key))) ?? (await generateKeyPem());
  const issuer = { ...authority, expiresAtMs: expiresAtMs(authority) };
  const certificatePem = await issueLeaf({ ...place, keyPem, addresses }, issuer);
  const pair = await writePair(place.directory, files, { certificatePem, keyPem });
  const { fingerprint256: fingerprint, validTo: expires } = pair.certificate;
  place.log.info(
    { reason, fingerprint, expires, ...(addresses.length > 0 && { addresses }) },
    addresses.length > 0 ? 'certificate for pages by address issued' : 'certificate issued',
  );
  return pair;
}

/** Why a new leaf is due, or undefined. */
function leafTrouble(leaf: Pair, authority: Pair, nowMs: number, { isFor }: LeafWish): string | undefined {
  const { certificate } = leaf;
  if (!certificate.checkIssued(authority.certificate) || !certificate.verify(authority.certificate.publicKey))
    return 'the old one was not issued by the local authority';
  if (!isFor(readCertificateNames(certificate.raw))) return 'the old one was for other names';
  return expiresAtMs(leaf) - nowMs < LEAF_LIFE_MS / 3 ? 'a third of the life of the old one was left' : undefined;
}

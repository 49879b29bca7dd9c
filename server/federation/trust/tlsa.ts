/** TLSA records (RFC 6698, RFC 7671): what the owner of a domain says in signed DNS about the certificate to expect. */
import { createHash } from 'node:crypto';
import type { CertificateFields } from './certificate-fields.ts';

export interface Tlsa {
  /** 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE (RFC 7218). */
  readonly usage: number;
  /** 0 the whole certificate, 1 its SubjectPublicKeyInfo. */
  readonly selector: number;
  /** 0 the bytes themselves, 1 SHA-256, 2 SHA-512. */
  readonly matchingType: number;
  readonly association: Buffer;
  /** The TLSA base domain (A-labels), which is a name that the certificate may carry (RFC 7673 section 4.2). */
  readonly host: string;
}

/** Of the association, by matching type; undefined for any. */
const LENGTHS: readonly (number | undefined)[] = [undefined, 32, 64];

/** RFC 6698 section 4.1: a record with values that nobody knows is passed over. */
export function isUsable({ usage, selector, matchingType, association }: Tlsa): boolean {
  if (usage > 3 || selector > 1 || matchingType > 2 || association.length === 0) return false;
  const length = LENGTHS[matchingType];
  return length === undefined || association.length === length;
}

/** Whether the record describes this certificate, wherever it stands. */
export function matchesTlsa(
  { selector, matchingType, association }: Tlsa,
  { certificate, publicKeyInfo }: Pick<CertificateFields, 'certificate' | 'publicKeyInfo'>,
): boolean {
  const selected = selector === 0 ? certificate.raw : publicKeyInfo;
  if (matchingType === 0) return selected.equals(association);
  return createHash(matchingType === 1 ? 'sha256' : 'sha512')
    .update(selected)
    .digest()
    .equals(association);
}

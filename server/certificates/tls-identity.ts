/** What the listeners show to clients: a certificate, its key, and what a person may compare with it. */
import { createPrivateKey, X509Certificate } from 'node:crypto';

export interface PemPair {
  /** The leaf and the chain that is sent with it, leaf first. */
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface TlsIdentity extends PemPair {
  /** Of the leaf, as `AA:BB:…`. */
  readonly fingerprintSha256: string;
  /** For pages that are opened by IP address; left out where those are shown the same as everybody. */
  readonly byAddress?: PemPair;
  /** Of the local authority, for the trust page and the invitation card; only when `source` is `local-ca`. */
  readonly caFingerprintSha256?: string;
  readonly expiresAt: Date;
  readonly source: 'local-ca' | 'acme' | 'files';
  /** The local authority's certificate, for people to install; only when `source` is `local-ca`. */
  readonly caPem?: string;
}

/**
 * The identity of the local authority.
 *
 * The authority's own certificate is not sent in the handshake (RFC 8446 section 4.4.2 allows leaving it out): who has
 * installed it needs no copy, who has not gains nothing from one that comes over the very connection in doubt, and no
 * client learns to trust an authority from a handshake. Leaving it out saves some 600 bytes in each of them, and an
 * authority that was renewed cannot differ from the one that is installed.
 */
export function localIdentity(leaf: PemPair, authorityPem: string, byAddress?: PemPair): TlsIdentity {
  const certificate = new X509Certificate(leaf.certificatePem);
  return {
    certificatePem: leaf.certificatePem,
    keyPem: leaf.keyPem,
    ...(byAddress && { byAddress: { certificatePem: byAddress.certificatePem, keyPem: byAddress.keyPem } }),
    fingerprintSha256: certificate.fingerprint256,
    caFingerprintSha256: new X509Certificate(authorityPem).fingerprint256,
    expiresAt: certificate.validToDate,
    source: 'local-ca',
    caPem: authorityPem,
  };
}

/** Whether `keyPem` parses and is the key of `certificate`. */
export function isKeyOf(certificate: X509Certificate, keyPem: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

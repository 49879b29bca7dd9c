/** The authorities whose word counts between servers: those that Node brings, and those of the setting `tls.trust`. */
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

export class TrustRoots {
  /** As PEM, for the `ca` of a secure context. */
  readonly pems: readonly string[];
  readonly #bySubject = new Map<string, X509Certificate[]>();

  constructor(roots: readonly X509Certificate[], pems: readonly string[] = []) {
    this.pems = pems;
    for (const root of roots) {
      const sameName = this.#bySubject.get(root.subject);
      if (sameName === undefined) this.#bySubject.set(root.subject, [root]);
      else sameName.push(root);
    }
  }

  /** Those that are called as `certificate` calls its issuer; whether one is the issuer remains to be checked. */
  possibleIssuersOf(certificate: X509Certificate): readonly X509Certificate[] {
    return this.#bySubject.get(certificate.issuer) ?? [];
  }

  /** Whether this very certificate is trusted. */
  has(certificate: X509Certificate): boolean {
    const sameName = this.#bySubject.get(certificate.subject) ?? [];
    return sameName.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256);
  }
}

/**
 * Node's own list, which takes some milliseconds to read, and the certificates of a PEM bundle.
 * @throws RangeError with a sentence when the bundle has none, or one that cannot be read
 */
export function readTrustRoots(bundlePem?: string): TrustRoots {
  const own = bundlePem === undefined ? [] : readBundle(bundlePem);
  const pems = [...rootCertificates, ...own.map((certificate) => certificate.toString())];
  return new TrustRoots([...rootCertificates.map((pem) => new X509Certificate(pem)), ...own], pems);
}

function readBundle(bundlePem: string): readonly X509Certificate[] {
  const pems = bundlePem.match(PEM_CERTIFICATE) ?? [];
  if (pems.length === 0) throw new RangeError('The file of trusted certificates has no certificate in PEM form.');
  return pems.map((pem, at) => {
    try {
      return new X509Certificate(pem);
    } catch (error) {
      throw new RangeError(`Certificate ${at + 1} in the file of trusted certificates cannot be read.`, {
        cause: error,
      });
    }
  });
}

/** What can be wrong with a certificate, said in one sentence that names the file. */

export type CertificateProblem =
  /** The file cannot be read, or cannot be written. */
  | 'unreadable'
  /** The file holds no certificate, no key, or one that does not parse. */
  | 'malformed'
  /** The private key asks for a passphrase, and nobody is there to type it. */
  | 'encrypted-key'
  /** The private key belongs to another certificate. */
  | 'key-mismatch'
  /** A certificate of the chain was not issued by the one that follows it (RFC 8446 section 4.4.2). */
  | 'chain-order'
  /** The certificate is for other names than the domain (RFC 6120 section 13.7.1.2). */
  | 'wrong-domain'
  /** The certificate is not meant for servers, or TLS refuses it for its key or signature. */
  | 'unusable'
  | 'expired'
  | 'not-yet-valid';

/** `message` is a sentence for the window and the log: it names the path and the reason, never any key material. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly problem: CertificateProblem;

  constructor(problem: CertificateProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

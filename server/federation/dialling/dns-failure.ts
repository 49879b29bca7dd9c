/** Why the DNS has no answer, which is something else than its answer that there is nothing. */

export type DnsFailureKind =
  /** Nobody answered in time. */
  | 'timeout'
  /** No server is set, or none can be reached. */
  | 'unreachable'
  /** A server says that it failed: the domain's own servers do not answer, or its signatures are wrong. */
  | 'server-failure'
  /** What was answered cannot be read, or leads in circles. */
  | 'malformed';

/** `message` is a part of a sentence: what the DNS did. */
export class DnsFailure extends Error {
  override readonly name = 'DnsFailure';
  readonly kind: DnsFailureKind;

  constructor(kind: DnsFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

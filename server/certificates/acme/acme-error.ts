/** What can go wrong on the way to a certificate, each with a sentence for whoever waits for it. */

export type AcmeFailureCode =
  /** The domain is not one of the public DNS. */
  | 'private-name'
  | 'terms-not-agreed'
  /** A setting is missing or does not fit, such as the provider's token. */
  | 'settings'
  /** Port 80 (or another that was chosen) cannot be opened. */
  | 'port-taken'
  /** The authority came to the door and did not get the answer. */
  | 'unauthorized'
  /** The authority could not come to the door at all. */
  | 'unreachable'
  /** The authority found no usable records for a name, or a TXT record is not there. */
  | 'dns'
  /** The TXT record did not become visible. */
  | 'dns-not-visible'
  /** The DNS provider refused. */
  | 'dns-provider'
  /** A CAA record forbids it (RFC 8659). */
  | 'caa'
  | 'rate-limited'
  /** The authority cannot be reached, or does not answer as one. */
  | 'directory'
  | 'clock'
  /** The authority refuses the name, the account or the request. */
  | 'rejected'
  | 'cancelled'
  /** What came back cannot be used, or cannot be stored. */
  | 'certificate';

/** `message` is a sentence for window and log: no key, no token, no challenge value. */
export class AcmeError extends Error {
  override readonly name = 'AcmeError';
  readonly code: AcmeFailureCode;
  /** What can be done, in sentences. */
  readonly fix: string | undefined;
  /** Not before this long, where the authority said so, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: AcmeFailureCode,
    message: string,
    details: { readonly fix?: string; readonly retryAfterMs?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.fix = details.fix;
    this.retryAfterMs = details.retryAfterMs;
  }
}

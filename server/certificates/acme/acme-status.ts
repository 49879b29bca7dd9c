/** What can be told of the certificate of a public authority. */
import { AcmeError, type AcmeFailureCode } from './acme-error.ts';
import type { Step } from './order.ts';

export interface AcmeRecord {
  readonly name: string;
  readonly value: string;
}

export interface AcmeFailure {
  readonly code: AcmeFailureCode | string;
  readonly text: string;
  readonly fix?: string | undefined;
  readonly atMs: number;
}

export interface AcmeCertificate {
  readonly names: readonly string[];
  readonly expiresAtMs: number;
  /** From when on it is renewed. */
  readonly renewAtMs: number;
}

export interface AcmeStatus {
  /**
   * `working`: the authority is spoken to · `waiting-for-dns`: somebody is to make `records` · `idle`: neither.
   */
  readonly state: 'idle' | 'working' | 'waiting-for-dns';
  readonly step: Step | undefined;
  /** The TXT records to be made by hand. */
  readonly records: readonly AcmeRecord[];
  /** What the last look at them found, as a sentence. */
  readonly note: string | undefined;
  /** Names that a certificate would have. */
  readonly names: readonly string[];
  /** Services that the certificate lacks, because the DNS does not know them. */
  readonly omitted: readonly string[];
  readonly certificate: AcmeCertificate | undefined;
  /** Of the last attempt; undefined after one that worked. */
  readonly failure: AcmeFailure | undefined;
  /** When it is tried again by itself; undefined when it is not. */
  readonly nextAttemptMs: number | undefined;
  /** Why no authority would certify this domain, as a sentence. */
  readonly refusal: string | undefined;
}

export function failureOf(error: unknown, atMs: number): AcmeFailure {
  if (!(error instanceof AcmeError))
    return { code: 'certificate', text: 'Something unexpected happened; the log says more.', atMs };
  const { code, message: text, fix } = error;
  return { code, text, ...(fix === undefined ? {} : { fix }), atMs };
}

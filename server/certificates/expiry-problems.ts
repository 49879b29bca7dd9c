/** A certificate that nobody renews is said in time: two weeks before its end, and louder three days before. */
import { X509Certificate } from 'node:crypto';
import type { TlsIdentity } from './tls-identity.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const EARLY_MS = 14 * DAY_MS;
const LATE_MS = 3 * DAY_MS;
/** A certificate of six days is renewed at two; warning of it all the time would teach people to look away. */
const SHARE_OF_LIFE = 5;

export interface ExpiryProblem {
  readonly code:
    | 'certificate-expires'
    | 'certificate-expires-soon'
    | 'certificate-expired'
    /** Another one is set, and cannot be. */
    | 'certificate-not-used';
  readonly text: string;
  readonly fix: string;
}

/** The certificate of the local authority renews itself on this computer, so nothing can come between. */
export function expiryProblems({ source, certificatePem }: TlsIdentity, nowMs: number): readonly ExpiryProblem[] {
  if (source === 'local-ca') return [];
  const { validFromDate, validToDate } = new X509Certificate(certificatePem);
  const endMs = validToDate.getTime();
  const left = endMs - nowMs;
  const share = (endMs - validFromDate.getTime()) / SHARE_OF_LIFE;
  if (left > Math.min(EARLY_MS, share)) return [];
  const fix =
    source === 'acme'
      ? 'Look at the certificate on the Federation page: it says why it was not renewed.'
      : 'Replace the files that tls.certificate and tls.key name; Snug notices by itself.';
  const day = validToDate.toISOString().slice(0, 10);
  if (left <= 0)
    return [{ code: 'certificate-expired', text: `The certificate ended on ${day}. Apps and servers refuse it.`, fix }];
  const days = Math.ceil(left / DAY_MS);
  return [
    {
      code: left <= Math.min(LATE_MS, share / 2) ? 'certificate-expires-soon' : 'certificate-expires',
      text: `The certificate ends on ${day}, in ${days === 1 ? 'one day' : `${days} days`}.`,
      fix,
    },
  ];
}

/** Own files that somebody set or replaced, and that are not fit for use: nobody may find out only at the next start. */
export function troubleProblems({ trouble }: { readonly trouble: Error | undefined }): readonly ExpiryProblem[] {
  if (trouble === undefined) return [];
  return [
    {
      code: 'certificate-not-used',
      text: `The certificate that is set cannot be used, so the one of before stays in use: ${trouble.message}`,
      fix: 'Correct the files that tls.certificate and tls.key name, or clear both settings. Snug does not start with files that cannot be used.',
    },
  ];
}

/** The rules that every path of certificates has to keep (RFC 5280 section 6.1). */
import type { CertificateFields } from './certificate-fields.ts';
import { areNamesPermitted } from './constrained-names.ts';
import { wordsOfName } from './distinguished-name.ts';
import { isKeyStrong, isSignatureStrong } from './key-strength.ts';
import type { PathQuestion } from './path.ts';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_PURPOSE = '2.5.29.37.0';

/**
 * What is wrong with `path`, which goes from the leaf to what is trusted, signatures having been verified. The words
 * continue the sentence “The certificate of …”; undefined when nothing is wrong.
 */
export function pathProblem(
  path: readonly CertificateFields[],
  { nowMs, purpose }: Pick<PathQuestion, 'nowMs' | 'purpose'>,
): string | undefined {
  for (const [at, fields] of path.entries()) {
    const isTrusted = at === path.length - 1;
    const problem =
      dateProblem(fields, nowMs) ??
      strengthProblem(fields, isTrusted) ??
      (fields.unknownCritical.length > 0
        ? `has rules that Snug does not understand (${fields.unknownCritical.slice(0, 3).join(', ')})`
        : undefined);
    if (problem !== undefined) return at === 0 ? problem : `depends on that of ${nameOf(fields)}, which ${problem}`;
    if (at > 0) {
      const authorityProblem = authorityProblemOf(path, at);
      if (authorityProblem !== undefined) return authorityProblem;
    }
  }
  const purposes = purpose === 'server' ? [SERVER_AUTH] : [SERVER_AUTH, CLIENT_AUTH];
  const isMeant = purposes.some((one) => path.every((fields) => allows(fields, one)));
  return isMeant ? undefined : 'is not meant for servers';
}

function dateProblem({ certificate }: CertificateFields, nowMs: number): string | undefined {
  const day = (date: Date) => date.toISOString().slice(0, 10);
  if (nowMs > certificate.validToDate.getTime()) return `is expired since ${day(certificate.validToDate)}`;
  if (nowMs < certificate.validFromDate.getTime())
    return `is not valid before ${day(certificate.validFromDate)} (or the clock of this computer is wrong)`;
  return undefined;
}

/** What is trusted itself is so by its key, whatever it is signed with. */
function strengthProblem(fields: CertificateFields, isTrusted: boolean): string | undefined {
  if (!isKeyStrong(fields)) return 'has a key that is too weak';
  return isTrusted || isSignatureStrong(fields) ? undefined : 'has a signature that is too weak';
}

/** Whether the certificate at `at` may vouch for those below it. */
function authorityProblemOf(path: readonly CertificateFields[], at: number): string | undefined {
  const fields = path[at] as CertificateFields;
  const { basicConstraints, maySignCertificates, nameConstraints, version } = fields;
  const name = nameOf(fields);
  // A certificate of version 1 cannot say that it is an authority; somebody must have chosen to trust it as one.
  const isOldRoot = at === path.length - 1 && version === 1;
  if (!isOldRoot && (basicConstraints?.isAuthority !== true || maySignCertificates === false))
    return `was issued by ${name}, which is no authority`;
  const between = path.slice(1, at).filter(({ isSelfIssued }) => !isSelfIssued).length;
  if (basicConstraints?.pathLength !== undefined && between > basicConstraints.pathLength)
    return `has more authorities above it than ${name} permits`;
  if (nameConstraints === undefined) return undefined;
  const vouchedFor = path.slice(0, at).filter(({ isSelfIssued }, below) => below === 0 || !isSelfIssued);
  return vouchedFor.every((below) => areNamesPermitted(below, nameConstraints))
    ? undefined
    : `has names that its authority ${name} may not vouch for`;
}

function allows({ purposes }: CertificateFields, purpose: string): boolean {
  return purposes === undefined || purposes.includes(purpose) || purposes.includes(ANY_PURPOSE);
}

function nameOf({ certificate }: CertificateFields): string {
  return wordsOfName(certificate.subject);
}

/** Turns what an authority answers (RFC 8555 section 6.7, RFC 7807), and what the network does, into an AcmeError. */
import { AcmeError, type AcmeFailureCode } from './acme-error.ts';

const PREFIX = 'urn:ietf:params:acme:error:';
const MAX_DETAIL = 300;

export interface ProblemDocument {
  readonly type?: unknown;
  readonly detail?: unknown;
  readonly subproblems?: unknown;
}

interface Meaning {
  readonly code: AcmeFailureCode;
  readonly sentence: string;
  readonly fix?: string;
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  rateLimited: {
    code: 'rate-limited',
    sentence: 'The authority asks to wait, because too many certificates or attempts were asked for lately.',
    fix: 'Wait; Snug tries again by itself. Asking more often only makes it longer.',
  },
  caa: {
    code: 'caa',
    sentence: 'A CAA record in the DNS of the domain forbids this authority to certify it.',
    fix: 'Allow the authority in the CAA record, or remove the record.',
  },
  unauthorized: {
    code: 'unauthorized',
    sentence: 'The authority asked, and did not get the answer that proves that the domain is yours.',
    fix: 'Check that the domain points to this computer and that no other web server answers in its place.',
  },
  incorrectResponse: {
    code: 'unauthorized',
    sentence: 'The authority asked, and got another answer than the one that proves that the domain is yours.',
    fix: 'Check that no other web server, or an older TXT record, answers in its place.',
  },
  connection: {
    code: 'unreachable',
    sentence: 'The authority could not reach this server from the internet.',
    fix: 'Forward port 80 of your router to this computer, or prove the domain by DNS (dns-01) instead.',
  },
  dns: {
    code: 'dns',
    sentence: 'The authority did not find the DNS records that it needs.',
    fix: 'Check the records of the domain; a new one may need some minutes until everybody sees it.',
  },
  tls: { code: 'unreachable', sentence: 'The authority met a TLS fault when it came to check the domain.' },
  rejectedIdentifier: { code: 'rejected', sentence: 'The authority does not certify this name.' },
  unsupportedIdentifier: { code: 'rejected', sentence: 'The authority does not certify names of this kind.' },
  userActionRequired: {
    code: 'terms-not-agreed',
    sentence: 'The authority has new terms of service, to which somebody must agree on its web page.',
  },
  externalAccountRequired: {
    code: 'rejected',
    sentence: 'This authority wants an account that was made with it beforehand, which Snug does not support.',
  },
  invalidContact: { code: 'settings', sentence: 'The authority refuses the e-mail address.' },
  unsupportedContact: { code: 'settings', sentence: 'The authority refuses the e-mail address.' },
  badCSR: { code: 'rejected', sentence: 'The authority refuses the request for these names.' },
  accountDoesNotExist: { code: 'rejected', sentence: 'The authority does not know our account any more.' },
  serverInternal: { code: 'directory', sentence: 'The authority has a fault of its own.' },
};

export function isProblem(value: unknown): value is ProblemDocument {
  return typeof value === 'object' && value !== null && 'type' in value && String(value.type).startsWith(PREFIX);
}

/** The error for a problem that the authority told about `name`, where it is about one. */
export function errorOfProblem(
  problem: ProblemDocument,
  details: { readonly name?: string; readonly retryAfterMs?: number | undefined } = {},
): AcmeError {
  const kind = String(problem.type).slice(PREFIX.length);
  const meaning = MEANINGS[kind] ?? { code: 'rejected' as const, sentence: 'The authority refuses the request.' };
  const about = details.name === undefined ? '' : `${details.name}: `;
  const detail = typeof problem.detail === 'string' ? ` It says: “${plain(problem.detail)}”` : '';
  return new AcmeError(meaning.code, `${about}${meaning.sentence}${detail}`, {
    ...(meaning.fix === undefined ? {} : { fix: meaning.fix }),
    retryAfterMs: details.retryAfterMs,
  });
}

/** The error for a call to the authority that did not come through. `nowMs` is what this computer's clock says. */
export function errorOfNetwork(error: unknown, directory: string, nowMs: number): AcmeError {
  const code = codeOf(error);
  const host = hostOf(directory);
  if (code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED')
    return new AcmeError(
      'clock',
      `The certificate of ${host} is not valid at the time of this computer’s clock, ${minute(nowMs)}.`,
      { fix: 'Set the clock of this computer.', cause: error },
    );
  const reasons: Readonly<Record<string, string>> = {
    ENOTFOUND: 'its name is not in the DNS, or there is no internet',
    EAI_AGAIN: 'the DNS does not answer: is there internet?',
    ECONNREFUSED: 'nobody answers there',
    ECONNRESET: 'it ended the connection',
    ETIMEDOUT: 'it does not answer',
    ECONNABORTED: 'it does not answer in time',
    EHOSTUNREACH: 'there is no way to it',
    ENETUNREACH: 'there is no way to it: is there internet?',
    SELF_SIGNED_CERT_IN_CHAIN: 'this computer does not trust its certificate',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'this computer does not trust its certificate',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'this computer does not trust its certificate',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'this computer does not trust its certificate',
  };
  const reason = (code === undefined ? undefined : reasons[code]) ?? plain(messageOf(error));
  return new AcmeError('directory', `The authority at ${host} cannot be used: ${reason}.`, {
    fix: 'Snug tries again by itself.',
    cause: error,
  });
}

/** Control characters and excess are nobody's business, wherever this is shown. */
export function plain(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .slice(0, MAX_DETAIL)
    .replace(/\.$/, '');
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** When a certificate is to be renewed, and how long to wait after a failure. */
import { X509Certificate } from 'node:crypto';
import { readDer, readExtension } from '../der.ts';
import { LONGEST_WAIT_MS as LONGEST_ASKED_MS } from './restraint.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const FIRST_WAIT_MS = HOUR_MS;
/** Let's Encrypt allows five failed checks of a name an hour; once a day wears out nobody. */
const LONGEST_WAIT_MS = DAY_MS;
/** RFC 9773 section 4.3: no sooner than this, whatever the authority says, and at least once a day. */
const LEAST_ADVICE_MS = HOUR_MS;
const ID_AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';

/** Milliseconds since 1970: when a third of the life of the leaf is left. */
export function renewalMoment(certificatePem: string): number {
  const { validFromDate, validToDate } = new X509Certificate(certificatePem);
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()];
  return to - (to - from) / 3;
}

/**
 * Milliseconds since 1970: before this an authority may advise what it likes. One that always advises to renew at once
 * would otherwise get the same names every hour, and soon give none any more.
 */
export function earliestAdvice(certificatePem: string): number {
  return new X509Certificate(certificatePem).validFromDate.getTime() + 2 * DAY_MS;
}

/** Milliseconds to wait after `failures` failures in a row, or as long as the authority asks for. */
export function waitAfter(failures: number, retryAfterMs: number | undefined): number {
  const own = Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1), LONGEST_WAIT_MS);
  return Math.max(own, Math.min(retryAfterMs ?? 0, LONGEST_ASKED_MS));
}

/** How a certificate is called when the authority is asked about it (RFC 9773 section 4.1); undefined if it cannot be. */
export function renewalId(certificatePem: string): string | undefined {
  const certificate = new X509Certificate(certificatePem);
  const extension = readExtension(certificate.raw, ID_AUTHORITY_KEY_IDENTIFIER);
  const keyId = readDer(readDer(extension ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0)).find(
    ({ tag }) => tag === 0x80,
  )?.content;
  if (keyId === undefined) return undefined;
  const hex = certificate.serialNumber;
  const serial = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  // The content octets of a DER INTEGER: a positive one whose first bit is set has a zero in front.
  const content = ((serial[0] ?? 0) & 0x80) === 0 ? serial : Buffer.concat([Buffer.of(0), serial]);
  return `${keyId.toString('base64url')}.${content.toString('base64url')}`;
}

export interface RenewalWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** How soon the authority wants to be asked again. */
  readonly askAgainMs: number;
}

/** RFC 9773 section 4.2; undefined for what is none. `retryAfterMs` is the header's. */
export function readRenewalWindow(answer: unknown, retryAfterMs: number | undefined): RenewalWindow | undefined {
  if (typeof answer !== 'object' || answer === null || !('suggestedWindow' in answer)) return undefined;
  const window = answer.suggestedWindow as { readonly start?: unknown; readonly end?: unknown } | null;
  const startMs = Date.parse(String(window?.start));
  const endMs = Date.parse(String(window?.end));
  if (!Number.isFinite(startMs) || !Number.isFinite(endMs) || endMs < startMs) return undefined;
  return { startMs, endMs, askAgainMs: Math.min(DAY_MS, Math.max(LEAST_ADVICE_MS, retryAfterMs ?? DAY_MS / 4)) };
}

/** RFC 9773 section 4.2: a random moment of the window, so that not everybody comes at once. `random` is from 0 to 1. */
export function momentIn({ startMs, endMs }: RenewalWindow, random: number): number {
  return startMs + (endMs - startMs) * random;
}

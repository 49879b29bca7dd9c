/** Whether the certificate of a peer proves that it is the server of a domain. */
import { createHash } from 'node:crypto';
import { readCertificateNames } from '../../certificates/certificate-names.ts';
import { namesDomain, wordsOfNames } from './certificate-domains.ts';
import { readCertificateFields } from './certificate-fields.ts';
import { matchesDane } from './dane.ts';
import { type PathAnswer, type PathQuestion, validatePath } from './path.ts';
import type { PeerCertificate } from './peer-certificate.ts';
import { isUsable, type Tlsa } from './tlsa.ts';
import { TrustRoots } from './trust-roots.ts';

/** For which dates are not looked at again. */
const PATH_HOLDS_MS = 60_000;

export type Verdict =
  | { readonly trusted: true; readonly by: 'authority' | 'dane' | 'pin' }
  /** `reason` is a sentence for the window, the log and the sender. */
  | { readonly trusted: false; readonly reason: string };

export interface JudgeFacts {
  /** The authorities whose word counts. */
  readonly roots: TrustRoots;
  /**
   * SHA-256 of the certificate, of its SubjectPublicKeyInfo, or of an authority that may vouch for this domain alone;
   * hexadecimal, with or without colons.
   */
  readonly pins: (domain: string) => readonly string[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Validated records: of the target that we dialled, or of all targets of the domain that dialled us. */
  readonly tlsa?: readonly Tlsa[] | undefined;
}

/** `judge` with everything but the connection's own facts filled in: what the links are given. */
export type Judge = (
  certificate: PeerCertificate | undefined,
  domain: string,
  tlsa?: readonly Tlsa[] | undefined,
) => Verdict;

/**
 * In this order: what a person has pinned; what signed DNS says, which decides when it says anything about the server
 * that we dialled (RFC 7673 section 4); the authorities.
 *
 * For a server that dialled us, TLSA records can only add trust: they describe what it shows as a server, and it may
 * show another certificate as a client.
 *
 * @param domain a prepared domainpart
 */
export function judge(certificate: PeerCertificate | undefined, domain: string, facts: JudgeFacts): Verdict {
  const leaf = certificate?.chain[0];
  if (certificate === undefined || leaf === undefined)
    return { trusted: false, reason: `The server of ${domain} showed no certificate.` };
  try {
    return judgeReadable(certificate, domain, facts);
  } catch (error) {
    if (error instanceof RangeError)
      return { trusted: false, reason: `The certificate of ${domain} cannot be read: ${error.message}.` };
    throw error;
  }
}

function judgeReadable(certificate: PeerCertificate, domain: string, facts: JudgeFacts): Verdict {
  const { chain, role } = certificate;
  const { roots, nowMs, tlsa = [] } = facts;
  const question: PathQuestion = { chain, roots, nowMs, purpose: role === 'server' ? 'server' : 'either' };
  const pins = facts.pins(domain).map((pin) => pin.replaceAll(':', '').toLowerCase());
  if (pins.length > 0 && (isPinned(certificate, pins) || isVouchedFor(certificate, domain, pins, question)))
    return { trusted: true, by: 'pin' };
  const usable = tlsa.filter(isUsable);
  if (usable.some((record) => matchesDane(record, domain, question))) return { trusted: true, by: 'dane' };
  const problem =
    usable.length > 0 && role === 'server'
      ? 'is not the one that its DNS describes (DANE)'
      : authorityProblem(certificate, domain, question);
  if (problem === undefined) return { trusted: true, by: 'authority' };
  const pinWords = pins.length > 0 ? ', and not the one that was pinned' : '';
  return { trusted: false, reason: `The certificate of ${domain} ${problem}${pinWords}.` };
}

function isPinned({ chain: [leaf] }: PeerCertificate, pins: readonly string[]): boolean {
  if (leaf === undefined) return false;
  return pins.includes(sha256(leaf.raw)) || pins.includes(sha256(readCertificateFields(leaf).publicKeyInfo));
}

/**
 * A pinned authority, which its server sends along, is believed about the one domain that it was pinned for: so the pin
 * outlives the renewal of the certificates below it.
 */
function isVouchedFor(
  certificate: PeerCertificate,
  domain: string,
  pins: readonly string[],
  question: PathQuestion,
): boolean {
  const pinned = certificate.chain.slice(1).filter(({ raw }) => pins.includes(sha256(raw)));
  return (
    pinned.length > 0 &&
    authorityProblem(certificate, domain, { ...question, roots: new TrustRoots(pinned) }) === undefined
  );
}

interface Found {
  readonly roots: PathQuestion['roots'];
  readonly atMs: number;
  readonly answer: PathAnswer;
}

const found = new WeakMap<PeerCertificate, Found>();

/**
 * SECURITY: a path can be made so that checking it takes a tenth of a second, and by dialback a stranger may have one
 * certificate judged for a hundred names. The path is the same for all of them.
 */
function pathOf(certificate: PeerCertificate, question: PathQuestion): PathAnswer {
  const { roots, nowMs } = question;
  const known = found.get(certificate);
  if (known !== undefined && known.roots === roots && Math.abs(nowMs - known.atMs) < PATH_HOLDS_MS) return known.answer;
  const answer = validatePath(question);
  found.set(certificate, { roots, atMs: nowMs, answer });
  return answer;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function authorityProblem(certificate: PeerCertificate, domain: string, question: PathQuestion): string | undefined {
  const names = readCertificateNames(certificate.chain[0]?.raw ?? Buffer.alloc(0));
  if (!namesDomain(names, domain)) return `is for ${wordsOfNames(names)}`;
  const answer = pathOf(certificate, question);
  return answer.isValid ? undefined : answer.problem;
}

/**
 * Whether a certificate comes from an authority that is trusted (RFC 5280 section 6).
 *
 * OpenSSL answers this too, but for a certificate shown by who dialled us it asks for the purpose “TLS client”, which
 * public authorities put into no certificate any more, while servers show their server certificate both ways
 * (XEP-0178); and it holds constraints on DNS names to bind no other names (constrained-names.ts). So one rule, ours,
 * decides in both directions. Revocation is not checked: no authority's list can be had without telling it who asks.
 */
import type { X509Certificate } from 'node:crypto';
import { type CertificateFields, readCertificateFields } from './certificate-fields.ts';
import { wordsOfName } from './distinguished-name.ts';
import { pathProblem } from './path-rules.ts';
import type { TrustRoots } from './trust-roots.ts';

export interface PathQuestion {
  /** Leaf first; the others in any order. */
  readonly chain: readonly X509Certificate[];
  readonly roots: Pick<TrustRoots, 'possibleIssuersOf' | 'has'>;
  /** `server`: as a TLS server. `either`: as a server that dials, for which both purposes of TLS will do. */
  readonly purpose: 'server' | 'either';
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export type PathAnswer =
  /** From the leaf to what is trusted. */
  | { readonly isValid: true; readonly path: readonly X509Certificate[] }
  /** `problem` continues the sentence “The certificate of …”. */
  | { readonly isValid: false; readonly problem: string };

/** Authorities below the root; public ones have one or two. */
const MAX_PATH = 8;
/** Checking signatures is work, and a chain can be made so that there are many ways through it. */
const MAX_SIGNATURE_CHECKS = 24;

export function validatePath(question: PathQuestion): PathAnswer {
  try {
    return new PathSearch(question).find();
  } catch (error) {
    if (error instanceof RangeError) return { isValid: false, problem: `is malformed: ${error.message}` };
    throw error;
  }
}

class PathSearch {
  readonly #question: PathQuestion;
  readonly #fields = new Map<X509Certificate, CertificateFields>();
  #checksLeft = MAX_SIGNATURE_CHECKS;
  /** Of the first path that led to a root, and so says more than that none does. */
  #problem: string | undefined;

  constructor(question: PathQuestion) {
    this.#question = question;
  }

  find(): PathAnswer {
    const [leaf] = this.#question.chain;
    if (leaf === undefined) return { isValid: false, problem: 'is missing' };
    const path = this.#question.roots.has(leaf) ? this.#accept([leaf]) : this.#search([leaf], leaf);
    if (path !== undefined) return { isValid: true, path };
    return {
      isValid: false,
      problem: this.#problem ?? pathProblem([this.#read(leaf)], this.#question) ?? untrusted(leaf),
    };
  }

  /** Depth first, roots before the authorities that the peer sent. */
  #search(path: readonly X509Certificate[], last: X509Certificate): readonly X509Certificate[] | undefined {
    for (const root of this.#question.roots.possibleIssuersOf(last)) {
      const found = this.#isIssuer(root, last) ? this.#accept([...path, root]) : undefined;
      if (found !== undefined) return found;
    }
    if (path.length >= MAX_PATH) return undefined;
    for (const authority of this.#question.chain) {
      if (path.some((one) => one.fingerprint256 === authority.fingerprint256)) continue;
      const found = this.#isIssuer(authority, last) ? this.#search([...path, authority], authority) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #isIssuer(authority: X509Certificate, issued: X509Certificate): boolean {
    try {
      if (authority.subject !== issued.issuer || !issued.checkIssued(authority)) return false;
      return this.#checksLeft-- > 0 && issued.verify(authority.publicKey);
    } catch {
      return false; // a key of a kind that OpenSSL does not know
    }
  }

  #accept(path: readonly X509Certificate[]): readonly X509Certificate[] | undefined {
    const problem = pathProblem(
      path.map((certificate) => this.#read(certificate)),
      this.#question,
    );
    this.#problem ??= problem;
    return problem === undefined ? path : undefined;
  }

  #read(certificate: X509Certificate): CertificateFields {
    const known = this.#fields.get(certificate);
    if (known !== undefined) return known;
    const fields = readCertificateFields(certificate);
    this.#fields.set(certificate, fields);
    return fields;
  }
}

function untrusted(leaf: X509Certificate): string {
  if (leaf.subject === leaf.issuer && leaf.checkIssued(leaf)) return 'is self-signed and not pinned';
  return `was issued by ${wordsOfName(leaf.issuer)}, which is not trusted here, or a certificate between them was not sent`;
}

/** What the check of a domain tells. */

/** `unknown`: from here it cannot be told, or the DNS did not answer. */
export type Verdict = 'ok' | 'missing' | 'different' | 'unknown';

export interface RecordReport {
  readonly type: 'A/AAAA' | 'SRV' | 'CNAME' | 'CAA' | 'TLSA';
  /** Full name, without a dot at the end. */
  readonly name: string;
  /** The value to enter, as a zone file has it; undefined where there is nothing to enter or it is not known. */
  readonly wanted: string | undefined;
  readonly seen: readonly string[];
  readonly verdict: Verdict;
  /** `required`: nobody gets here without it · `recommended` · `optional`. */
  readonly need: 'required' | 'recommended' | 'optional';
  readonly text: string;
}

export interface Hint {
  readonly code: 'split-horizon' | 'rebind-protection' | 'carrier-nat' | 'private-router' | 'no-dns' | 'outside-view';
  readonly text: string;
}

export interface DomainReport {
  readonly domain: string;
  /** Why this domain is none of the public DNS, as a sentence; there are then no records. */
  readonly refusal: string | undefined;
  readonly records: readonly RecordReport[];
  readonly hints: readonly Hint[];
}

/** What is known of this server. */
export interface DomainFacts {
  /** A-labels, in small letters. */
  readonly domain: string;
  /** What stands before the domain in the names of services that other servers connect to. */
  readonly services: readonly string[];
  /** As the internet sees them; undefined where that door is shut. */
  readonly ports: {
    readonly c2s: number | undefined;
    readonly c2sTls: number | undefined;
    readonly s2s: number | undefined;
    readonly s2sTls: number | undefined;
  };
  /** What the router says; undefined when it was not asked or did not say. */
  readonly routerAddress: string | undefined;
  /** Of this computer. */
  readonly ownAddresses: readonly string[];
  /** URL of the ACME directory. */
  readonly authority: string;
  /** SHA-256 of the public key on the certificate, in hex, where a TLSA record would make sense. */
  readonly publicKeySha256: string | undefined;
}

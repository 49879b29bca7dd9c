/** What the window shows about the servers that we talk to. */
import type { Proof } from './link-options.ts';

export interface StreamSummary {
  /** Milliseconds since 1970, when the domain was proven. */
  readonly sinceMs: number;
  readonly remoteAddress: string;
  /** As in `TLSv1.3`. */
  readonly tlsVersion: string;
  readonly cipher: string;
  /**
   * On an outgoing stream how the peer's server has proven itself: by certificate, or by nothing but its place in the DNS,
   * which is what dialback relies on. On an incoming one how the sender has.
   */
  readonly proof: Proof;
  /** How we have proven ourselves on an outgoing stream; undefined on an incoming one. */
  readonly ownProof: 'certificate' | 'dialback' | undefined;
  /** True when stanzas go both ways (XEP-0288). */
  readonly isBidirectional: boolean;
  /** XEP-0198. */
  readonly streamManagement: 'off' | 'on' | 'resumable';
}

/** One remote domain. */
export interface DomainSummary {
  readonly domain: string;
  /**
   * `connecting` and `waiting` (for the next attempt) are about what is to be sent; `connected` when there is a stream in
   * at least one direction.
   */
  readonly state: 'connected' | 'connecting' | 'waiting' | 'idle';
  /** The oldest streams first; a bidirectional one stands only where it was opened. */
  readonly outgoing: readonly StreamSummary[];
  readonly incoming: readonly StreamSummary[];
  /** Stanzas that wait, or that the peer has not acknowledged. */
  readonly queuedStanzas: number;
  readonly queuedBytes: number;
  /** The last one since the start; a sentence. */
  readonly lastFailure: { readonly sentence: string; readonly atMs: number } | undefined;
  /** Milliseconds since 1970; only when `waiting`. */
  readonly nextAttemptAtMs: number | undefined;
}

export type TestStep = 'policy' | 'connection' | 'encryption' | 'certificate' | 'authentication' | 'stream-management';

/** One step on the way to another server. */
export interface TestNote {
  readonly step: TestStep;
  readonly outcome: 'passed' | 'failed' | 'remark';
  readonly sentence: string;
  /** Of the certificate that was shown: SHA-256, as AA:BB:…; only about a certificate. */
  readonly fingerprint?: string;
}

export interface LinkTest {
  readonly domain: string;
  readonly isReached: boolean;
  readonly notes: readonly TestNote[];
}

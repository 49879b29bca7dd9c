/** What the links between servers need from the rest of the server, handed down by whoever switches federation on. */
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { Clock } from '../../clock/clock.ts';
import type { Logger } from '../../log/log.ts';
import type { StanzaError } from '../../stanza/error.ts';
import type { AddressedStanza } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';
import type { Dialler } from '../dialling/dialled.ts';
import type { Judge } from '../trust/judge.ts';

/** A certificate with its key, and whom it trusts (`ca`). The same object as long as nothing of it has changed. */
export interface LinkIdentity {
  readonly context: SecureContext;
  readonly options: SecureContextOptions;
}

export type LinkDirection = 'in' | 'out';

export interface LinkRate {
  /** What may come in the long run, from all streams of a domain together. */
  readonly bytesPerSecond: number;
  /** What may come at once after a silence. */
  readonly burstBytes: number;
}

export interface LinkPolicy {
  /** True, or the sentence for the sender and the window that says why not. */
  may(domain: string, direction: LinkDirection): true | string;
  /**
   * Whether only a certificate proves the domain. Then dialback is refused, unless the certificate on the same stream is
   * trusted (XEP-0344 section 2.4), and we send nothing to a server whose certificate is not.
   */
  requiresCertificate(domain: string): boolean;
  /** Undefined when a domain may send as fast as it can. Reading pauses; nothing is dropped. */
  rate(domain: string): LinkRate | undefined;
}

/** Asked each time that they are needed, so that a change takes effect at once. */
export interface LinkLimits {
  /** Of a stanza once the sender's domain is proven, in bytes (told to the peer by XEP-0478). */
  readonly maxStanzaBytes: number;
  /** Bytes that may wait for a socket, of all pairs of domains on a stream: far more than `maxQueuedBytes`, which may come at once. */
  readonly maxBufferedBytes: number;
  /** Waiting or unacknowledged, for one pair of domains. */
  readonly maxQueuedStanzas: number;
  readonly maxQueuedBytes: number;
  /** The same for all pairs together, who each may have `minQueuedBytes` in any case. */
  readonly maxQueuedBytesInAll: number;
  readonly minQueuedBytes: number;
  /** Pairs of domains that may have an outgoing link at a time. */
  readonly maxLinks: number;
  /** Incoming streams that have proven nothing yet: in all, and from one address (a /64 of IPv6). */
  readonly maxHalfOpen: number;
  readonly maxHalfOpenPerAddress: number;
  /** Incoming streams of one domain that have proven it. */
  readonly maxStreamsPerDomain: number;
  /** The same from one address, whatever they have proven: who owns a domain can invent domains below it. */
  readonly maxStreamsPerAddress: number;
  /** Pairs of domains that may be proven by dialback on one stream (XEP-0220 section 2.6). */
  readonly maxPairsPerStream: number;
  /**
   * What strangers may make us look for in a minute, be it to ask about a dialback key or for TLSA records: in all,
   * for one domain, and of these what may come from one address.
   */
  readonly maxVerificationsPerMinute: number;
  readonly maxVerificationsPerDomainPerMinute: number;
  readonly maxVerificationsPerAddressPerMinute: number;
  readonly maxVerificationsPerAddressAndDomainPerMinute: number;
  /** From the first byte to a proven domain. */
  readonly negotiationMs: number;
  /** How long the answer to a dialback request may take. */
  readonly dialbackMs: number;
  /** After our `</stream:stream>`. */
  readonly closingMs: number;
  /** Without a stanza in either direction, after which we close a stream that we opened. */
  readonly idleMs: number;
  /** After which silence a peer is asked whether it is still there, and how long its answer may take. */
  readonly pingMs: number;
  readonly pingTimeoutMs: number;
  /** How long a lost stream may be resumed (XEP-0198). */
  readonly resumeMs: number;
  /** How long a message waits for a server that cannot be reached. */
  readonly maxWaitMs: number;
  /** Back-off after a failure: the first pause, and the longest one. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** As chosen for a household or a club: a peer's own limits (Prosody's defaults) lie in the same range. */
export const LINK_LIMITS: LinkLimits = {
  maxStanzaBytes: 524_288,
  maxBufferedBytes: 33_554_432,
  maxQueuedStanzas: 5_000,
  maxQueuedBytes: 8_388_608,
  maxQueuedBytesInAll: 134_217_728,
  minQueuedBytes: 65_536,
  maxLinks: 1_000,
  maxHalfOpen: 200,
  maxHalfOpenPerAddress: 20,
  maxStreamsPerDomain: 20,
  maxStreamsPerAddress: 200,
  maxPairsPerStream: 50,
  maxVerificationsPerMinute: 240,
  maxVerificationsPerDomainPerMinute: 20,
  maxVerificationsPerAddressPerMinute: 60,
  maxVerificationsPerAddressAndDomainPerMinute: 10,
  negotiationMs: 30_000,
  dialbackMs: 20_000,
  closingMs: 5_000,
  idleMs: 600_000,
  pingMs: 120_000,
  pingTimeoutMs: 30_000,
  resumeMs: 60_000,
  maxWaitMs: 300_000,
  firstPauseMs: 2_000,
  longestPauseMs: 300_000,
};

/** How the other side has proven that it speaks for its domain. */
export type Proof =
  | { readonly by: 'certificate'; readonly through: 'authority' | 'dane' | 'pin' }
  | { readonly by: 'dialback' };

/** The stream that a stanza came by. */
export interface StanzaOrigin {
  /** Proven. */
  readonly domain: string;
  readonly remoteAddress: string;
  readonly proof: Proof;
}

export interface LinksOptions {
  /** The domain of the accounts: in whose name a test is made. */
  readonly domain: string;
  /** Whether a domain is one of ours. */
  readonly isLocal: (domain: string) => boolean;
  readonly dialler: Dialler;
  readonly judge: Judge;
  readonly identity: () => LinkIdentity;
  readonly policy: LinkPolicy;
  /**
   * A stanza of `jabber:client`: `from` is of a domain that the stream has proven, `to` of one of ours, and its shape is
   * right. Only an iq may return a promise; too many of them pending make the stream stop reading.
   */
  readonly receive: (stanza: AddressedStanza, origin: StanzaOrigin) => void | Promise<void>;
  /** Resolves when all that was received before is on disk: an `<a/>` (XEP-0198) is sent after it. */
  readonly flush: () => Promise<void>;
  /**
   * The very object that was given to `send` does not go any further. May be called before `send` returns. The one who
   * is told decides whether the sender gets an error, which errors and results never do.
   */
  readonly undeliverable: (stanza: Element, error: StanzaError) => void;
  /** The very object that was given to `send`: acknowledged by the peer, or handed to the socket when it has no stream management. */
  readonly delivered: (stanza: Element) => void;
  /** Of the dialback keys (XEP-0185). The same for all our domains; may change with each start. */
  readonly secret: Buffer;
  readonly clock: Clock;
  /** That many random bytes in hexadecimal digits. */
  readonly randomId: (bytes: number) => string;
  /** From 0 up to and without 1, for the jitter of the back-off. */
  readonly random: () => number;
  readonly limits: () => LinkLimits;
  readonly log: Logger;
}

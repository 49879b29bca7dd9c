/** What dialling a domain comes to: a connection, or an error that says why there is none. */
import type { Socket } from 'node:net';
import type { Tlsa } from '../trust/tlsa.ts';

export interface Dialled {
  /** Connected; a TLSSocket whose handshake is done when `isDirectTls`. Nothing has been read from it, and no listener for errors stands on it: put one there before anything else happens. */
  readonly socket: Socket;
  readonly isDirectTls: boolean;
  /** The target of the SRV record, or the domain itself (A-labels). */
  readonly host: string;
  readonly port: number;
  readonly address: string;
  /** The DNSSEC-validated TLSA records of this very target, for `judge`; undefined when there are none. */
  readonly tlsa: readonly Tlsa[] | undefined;
}

/** One target, or one address of it, that was tried in vain. */
export interface DialAttempt {
  readonly host: string;
  readonly port: number;
  readonly address?: string;
  /** A few words, such as “connection refused”. */
  readonly failure: string;
}

/** The two conditions of RFC 6120 sections 8.3.3.16 and 8.3.3.17. */
export type DialCondition = 'remote-server-not-found' | 'remote-server-timeout';

/** `message` is a sentence for the sender and for the window. */
export class DialError extends Error {
  override readonly name = 'DialError';
  readonly condition: DialCondition;
  readonly attempts: readonly DialAttempt[];

  constructor(
    condition: DialCondition,
    message: string,
    attempts: readonly DialAttempt[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.condition = condition;
    this.attempts = attempts;
  }
}

export interface Dialler {
  /**
   * Connects to the server of `domain` (a prepared domainpart).
   * @throws DialError when it cannot; the signal's reason when aborted.
   */
  dial(domain: string, signal: AbortSignal): Promise<Dialled>;
  /**
   * The validated TLSA records of every target of `domain`, for judging a server that dialled us; empty when there are
   * none, when no resolver is trusted to validate, and when DNS does not answer.
   */
  tlsaOf(domain: string, signal: AbortSignal): Promise<readonly Tlsa[]>;
}

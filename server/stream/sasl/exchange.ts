/** What a mechanism is told about the exchange in which it is used, and how it gets into the list of the server. */
import type { Element } from '../../xml/element.ts';
import type { Stream } from '../stream.ts';
import type { TlsState } from '../transport.ts';
import type { Mechanism, SaslCondition } from './mechanism.ts';

/** What a client says about itself (XEP-0388 section 2.3). Nobody but the account's owner may see it. */
export interface UserAgent {
  /** The installation's own UUID, in lower case; undefined when it states none, or something that is none. */
  readonly id: string | undefined;
  readonly software: string | undefined;
  readonly device: string | undefined;
}

/** A request to sign in: `<auth/>` of RFC 6120, or `<authenticate/>` of XEP-0388 with all that came in it. */
export interface SignInRequest {
  readonly stream: Stream;
  readonly tls: TlsState;
  readonly protocol: 'sasl' | 'sasl2';
  /** As the client wrote it; whether there is such a mechanism is another matter. */
  readonly mechanism: string;
  /** The mechanisms that this protocol offered on this stream (XEP-0474 hashes them). */
  readonly offered: readonly string[];
  /** `<auth/>` or `<authenticate/>`. */
  readonly element: Element;
  /** Undefined with RFC 6120. */
  readonly userAgent: UserAgent | undefined;
}

/** Somebody whose password, token or other proof was right. */
export interface SignedIn extends SignInRequest {
  /** Localpart of the account. */
  readonly localpart: string;
}

/** Why an attempt ends. `detail` is the application-specific element beside the condition (XEP-0388 section 2.6.2). */
export interface SignInFailure {
  readonly condition: SaslCondition;
  readonly text?: string | undefined;
  readonly detail?: Element;
}

/** One mechanism of the server's list. */
export interface MechanismKind {
  readonly name: string;
  /** Asked at each offer, so that settings and what the stream is (its TLS, its `from`) take effect at once. */
  isOffered(stream: Stream, tls: TlsState): boolean;
  create(request: SignInRequest): Mechanism;
}

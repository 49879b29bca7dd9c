/** What carries a stream: a socket, a WebSocket, a chain of HTTP requests, or in tests a pair of queues. */
import type { Framing } from './framing.ts';
import type { StreamError } from './stream-error.ts';

/** RFC 9266 and RFC 5929: data that only the two ends of one TLS connection know. */
export type ChannelBindingType = 'tls-exporter' | 'tls-server-end-point' | 'tls-unique';

export interface TlsState {
  /** As in `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
  /** Types that are offered on this connection. */
  readonly channelBindingTypes: readonly ChannelBindingType[];
  /**
   * True when a session of TLS 1.2 was resumed: Node does not tell whether its secret is bound to one handshake (RFC 7627),
   * as the HT mechanisms want it.
   */
  readonly isLooselyResumed?: boolean;
  /**
   * Undefined when there is none.
   *
   * COMPAT(slixmpp, before 1.8.5): `tls-unique` is not offered, but given to clients that take it unasked: they know
   * no other, and would else not sign in at all.
   */
  channelBinding(type: ChannelBindingType): Uint8Array | undefined;
}

/** What a transport tells its stream. */
export interface TransportEvents {
  received(chunk: Uint8Array): void;
  /** TLS has been negotiated after `startTls`. */
  secured(): void;
  /** The peer broke a rule of the transport itself, where it has some: the stream ends with this error. */
  violated?(error: StreamError): void;
  /** The peer has closed its direction: nothing more comes, but what it has not got yet may still go out. */
  ended(): void;
  /** Nothing comes or goes any more. Told once. */
  closed(reason: string): void;
}

export interface Transport {
  readonly remoteAddress: string;
  /** Undefined while the connection is in plain text. */
  readonly tls: TlsState | undefined;
  /** Bytes written that the operating system has not taken yet. */
  readonly bufferedBytes: number;
  events: TransportEvents | undefined;
  /** Undefined where the stream is one XML document. */
  readonly framing?: Framing;
  /** With a piecewise framing: one first-level element, or the beginning or the end of the stream. */
  write(text: string): void;
  /** Sends what is left, then closes our direction. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
  pause(): void;
  resume(): void;
  /** Begins the TLS handshake as server; the end is told by `secured`. */
  startTls(): void;
}

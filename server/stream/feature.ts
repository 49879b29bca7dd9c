/** Stream features (RFC 6120 section 4.3): what is offered on a stream, and who answers when it is taken. */
import type { Element } from '../xml/element.ts';
import type { Stream } from './stream.ts';

/** A specification that is implemented, for the generated documents. */
export interface Specification {
  /** As in `0198`. */
  readonly xep: string;
  readonly version: string;
}

export interface StreamFeature {
  readonly name: string;
  readonly xeps?: readonly Specification[];
  /**
   * The elements for `<stream:features/>`; none when the feature is not on offer on this stream now. `before` is what
   * the features before it in the list offer.
   */
  offer(stream: Stream, before: readonly Element[]): readonly Element[];
  /** Namespace of the first-level elements that `receive` takes. */
  readonly xmlns?: string;
  /** While a promise is pending the stream reads nothing further. */
  receive?(stream: Stream, element: Element): void | Promise<void>;
  /** Namespaces of the payloads of requests that `receiveRequest` takes before a resource is bound. */
  readonly requests?: readonly string[];
  receiveRequest?(stream: Stream, iq: Element, payload: Element): void | Promise<void>;
}

/**
 * How a stream lies on its transport: as one XML document that lasts as long as the stream (RFC 6120 section 4.2), or in
 * pieces that stand by themselves.
 */
import { type ReaderEvents, type ReaderLimits, XmlReader } from '../xml/reader.ts';
import { type ServerHeader, serverHeader } from './header.ts';

/** What comes in, to a stream header in RFC 6120's terms and first-level elements. An `XmlReader` is one. */
export interface StreamReader {
  limits: ReaderLimits;
  /** @throws XmlError, and whatever an event throws; nothing is read from then on. */
  write(chunk: Uint8Array): void;
  /** No more events, also when called from within one. */
  stop(): void;
}

export interface Framing {
  /** The default namespace at the place where an element is written: what the element need not declare. */
  readonly scope: string;
  /** What `<stream:…>` has to add to its tag so that the prefix is declared. */
  readonly streamsDeclaration: string;
  /** True when every first-level element is given to the transport by itself. */
  readonly isPiecewise: boolean;
  /** The end of the stream, as it is written. */
  readonly footer: string;
  /** The beginning of the stream, as it is written. */
  header(header: ServerHeader): string;
  createReader(events: ReaderEvents, limits: ReaderLimits): StreamReader;
}

/** One document from the first byte to the last. */
export const documentFraming: Framing = {
  scope: 'jabber:client',
  streamsDeclaration: '', // the header has it
  isPiecewise: false,
  footer: '</stream:stream>',
  header: serverHeader,
  createReader: (events, limits) => new XmlReader(events, limits),
};

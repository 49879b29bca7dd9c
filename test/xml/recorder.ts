/** A reader whose events are written down, so that a test can compare them with what it expects. */
import type { Element } from '../../server/xml/element.ts';
import { type ReaderLimits, XmlError, XmlReader } from '../../server/xml/reader.ts';

export const ROOMY: ReaderLimits = { maxStanzaBytes: 1_000_000, maxDepth: 1000, maxAttributes: 1000 };
export const STREAM_HEADER =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='example.org' version='1.0'>";

export interface Recorder {
  readonly reader: XmlReader;
  /** `opened …`, an element as XML, `closed`; and the condition when the reader threw. */
  readonly events: string[];
  readonly elements: Element[];
  /** What the stream header declared. */
  readonly declared: [string, string][];
  /** Feeds text (as UTF-8) or bytes; an XmlError becomes an event. */
  feed(...chunks: readonly (string | Uint8Array)[]): Recorder;
}

export function recordReader(limits: Partial<ReaderLimits> = {}, onElement?: (reader: XmlReader) => void): Recorder {
  const events: string[] = [];
  const elements: Element[] = [];
  const declared: [string, string][] = [];
  const reader = new XmlReader(
    {
      streamOpened(header, defaultNamespace, prefixes) {
        events.push(`opened ${header.toXml()}`);
        declared.push(['', defaultNamespace], ...prefixes);
      },
      element(element) {
        elements.push(element);
        events.push(element.toXml('jabber:client'));
        onElement?.(reader);
      },
      streamClosed() {
        events.push('closed');
      },
    },
    { ...ROOMY, ...limits },
  );
  const recorder: Recorder = {
    reader,
    events,
    elements,
    declared,
    feed(...chunks) {
      for (const chunk of chunks) {
        try {
          reader.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
        } catch (error) {
          if (!(error instanceof XmlError)) throw error;
          events.push(error.condition);
        }
      }
      return recorder;
    },
  };
  return recorder;
}

/** A reader that has seen the header of a client's stream; its events begin after it. */
export function recordStream(limits: Partial<ReaderLimits> = {}, onElement?: (reader: XmlReader) => void): Recorder {
  const recorder = recordReader({ ...limits, maxStanzaBytes: ROOMY.maxStanzaBytes }, onElement).feed(STREAM_HEADER);
  recorder.events.length = 0;
  recorder.reader.limits = { ...ROOMY, ...limits };
  return recorder;
}

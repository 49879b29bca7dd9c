/** What a session needs of the stream that carries it at the moment. */
import type { Element } from '../xml/element.ts';

export interface SessionStream {
  readonly remoteAddress: string;
  /** Bytes written that the operating system has not taken yet. */
  readonly bufferedBytes: number;
  /** Queues an element; everything queued within one turn of the event loop leaves in one write. */
  send(element: Element): void;
  /** The same for one that is text already, self-contained in its namespaces. */
  write(xml: string): void;
  /** Ends the stream with a stream error (RFC 6120 section 4.9), or without. */
  close(error?: StreamEnd): void;
  /** Drops the connection without a word. */
  destroy(): void;
}

/** A stream error's condition and sentence. */
export interface StreamEnd {
  readonly condition: string;
  readonly text?: string | undefined;
}

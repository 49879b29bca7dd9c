/**
 * The bytes of a stream to its elements: strict, incremental, with namespaces resolved (RFC 6120, sections 4 and 11).
 *
 * What the tree builder cannot know is done here: decoding, the size of a stanza in bytes, what may stand between
 * stanzas, and stopping in the middle of a chunk when the stream is replaced.
 */
import type { Element } from './element.ts';
import { TreeBuilder, type TreeLimits } from './tree-builder.ts';
import { Utf8Decoder } from './utf8.ts';
import { XmlError } from './xml-error.ts';

export { XmlError } from './xml-error.ts';

export interface ReaderLimits extends TreeLimits {
  /**
   * Bytes of a first-level element from its `<` to its last `>`, and of all that comes before the end of the stream
   * header. An element of exactly this size passes. No more than this and one chunk is held. Namespaces that its
   * parts take from further up count each time that they will have to be written.
   */
  readonly maxStanzaBytes: number;
}

export interface ReaderEvents {
  /**
   * The root tag was opened: an element without children, the default namespace in force below it (the empty string when
   * it declared none) and the prefixes it declared.
   */
  streamOpened(header: Element, defaultNamespace: string, prefixes: ReadonlyMap<string, string>): void;
  /** A complete first-level child, as soon as its last byte is in. */
  element(element: Element): void;
  /** The root was closed. Nothing but whitespace may follow. */
  streamClosed(): void;
}

/** Where in the stream the next byte stands. */
type Place = 'header' | 'between' | 'inside' | 'after';

/**
 * Chunks are read in pieces of this size: strings that V8 cuts out of a piece keep all of it in memory, and limits are
 * looked at after each. Larger is not faster.
 */
const PIECE_BYTES = 8192;
const MAX_BYTES_PER_UTF16_UNIT = 3;

const STOPPED = new Error('The reader was stopped.');

export class XmlReader {
  readonly #events: ReaderEvents;
  readonly #decoder = new Utf8Decoder();
  readonly #builder: TreeBuilder;
  #limits: ReaderLimits;
  #isStopped = false;
  #place: Place = 'header';
  /** The piece that is being read, and where in it the counted part begins, in UTF-16 units. */
  #piece = '';
  #start = 0;
  /** Bytes of the element (or header) that is being read in the pieces before this one. */
  #earlierBytes = 0;

  constructor(events: ReaderEvents, limits: ReaderLimits) {
    this.#events = events;
    this.#limits = limits;
    this.#builder = new TreeBuilder(
      'stream',
      {
        opened: (header, defaultNamespace, prefixes, isEmpty) => {
          this.#arriveAt('between');
          this.#events.streamOpened(header, defaultNamespace, prefixes);
          if (!isEmpty || this.#isStopped) this.#goOn();
        },
        element: (element) => {
          this.#arriveAt('between');
          this.#events.element(element);
          this.#goOn();
        },
        closed: () => {
          this.#arriveAt('after');
          this.#events.streamClosed();
          this.#goOn();
        },
      },
      limits,
    );
  }

  /** May be replaced at any time, typically by higher ones after authentication. */
  get limits(): ReaderLimits {
    return this.#limits;
  }

  set limits(limits: ReaderLimits) {
    this.#limits = limits;
    this.#builder.limits = limits;
  }

  /** True while a first-level element, or the closing tag of the root, has begun and is not complete. */
  get isInsideElement(): boolean {
    return this.#place === 'inside';
  }

  /**
   * Reads a chunk of any size, not kept afterwards. Not to be called from within an event.
   *
   * @throws XmlError on the first violation, and whatever an event throws; the reader ignores all bytes from then on.
   */
  write(chunk: Uint8Array): void {
    try {
      for (let at = 0; at < chunk.length && !this.#isStopped; at += PIECE_BYTES) {
        this.#read(chunk.length <= PIECE_BYTES ? chunk : chunk.subarray(at, at + PIECE_BYTES));
      }
    } catch (error) {
      this.#isStopped = true;
      if (error !== STOPPED) throw error;
    }
  }

  /** No more events, also when called from within one; the rest of the chunk and all later ones are discarded. */
  stop(): void {
    this.#isStopped = true;
  }

  #read(bytes: Uint8Array): void {
    const piece = this.#decoder.decode(bytes);
    this.#piece = piece;
    this.#start = 0;
    if (this.#place === 'between' || this.#place === 'after') this.#skipWhitespace(0);
    this.#builder.write(piece);
    if (this.#decoder.isBroken) throw new XmlError('unsupported-encoding', 'The stream is not encoded in UTF-8.');
    if (this.#place === 'header' || this.#place === 'inside') {
      this.#earlierBytes += Buffer.byteLength(this.#start === 0 ? piece : piece.slice(this.#start));
      if (this.#earlierBytes + this.#builder.repeatedUnits > this.#limits.maxStanzaBytes) throw this.#tooLarge();
    }
  }

  /** Something complete ends here; refused if it is too large. */
  #arriveAt(place: 'between' | 'after'): void {
    const { maxStanzaBytes } = this.#limits;
    const end = this.#builder.index;
    const counted = this.#earlierBytes + this.#builder.repeatedUnits;
    // Nearly always far below the limit: then counting units is enough.
    if (counted + (end - this.#start) * MAX_BYTES_PER_UTF16_UNIT > maxStanzaBytes) {
      const bytes = counted + Buffer.byteLength(this.#piece.slice(this.#start, end));
      if (bytes > maxStanzaBytes) throw this.#tooLarge();
    }
    this.#place = place;
    this.#earlierBytes = 0;
  }

  /** After an event, unless it stopped the reader. */
  #goOn(): void {
    if (this.#isStopped) throw STOPPED;
    this.#skipWhitespace(this.#builder.index);
  }

  /** From outside any element to the next `<`, or to the end of the piece; whitespace may come at any time (section 11.7). */
  #skipWhitespace(from: number): void {
    const piece = this.#piece;
    for (let i = from; i < piece.length; i++) {
      const code = piece.charCodeAt(i);
      if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) continue;
      if (code !== 0x3c) throw this.#misplacedText();
      this.#place = 'inside';
      this.#start = i;
      return;
    }
  }

  #misplacedText(): XmlError {
    return this.#place === 'after'
      ? new XmlError('not-well-formed', 'There is text after the end of the stream.')
      : new XmlError('bad-format', 'There is text between the elements of the stream.');
  }

  #tooLarge(): XmlError {
    const what = this.#place === 'header' ? 'The stream header' : 'An element';
    return new XmlError('policy-violation', `${what} is larger than ${this.#limits.maxStanzaBytes} bytes.`);
  }
}

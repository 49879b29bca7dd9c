/** The messages of a WebSocket to the elements of a stream (RFC 7395 section 3.3): each one is a document of its own. */

import type { StreamReader } from '../../stream/framing.ts';
import { NS_STREAMS } from '../../stream/stream-error.ts';
import { createElement, type Element } from '../../xml/element.ts';
import { type ReaderEvents, type ReaderLimits, XmlError, XmlReader } from '../../xml/reader.ts';

export const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const NS_CLIENT = 'jabber:client';

/** What all messages stand in for the reader below: it declares nothing, so that each has to stand by itself. */
const ROOT = Buffer.from('<messages>');
const FIRST_BYTE = 0x3c; // "<", section 3.3.3
const DECLARATION = Buffer.from('<?xml ');
const DECLARATION_END = Buffer.from('?>');
const STREAM_PREFIX: ReadonlyMap<string, string> = new Map([['stream', NS_STREAMS]]);

/** Translates `<open/>` and `<close/>` into the header and the end of a stream as RFC 6120 has them. */
export class MessageReader implements StreamReader {
  readonly #events: ReaderEvents;
  readonly #xml: XmlReader;
  /** What the message that is being read consists of. */
  #element: Element | undefined;
  #isOpened = false;
  #isStopped = false;

  constructor(events: ReaderEvents, limits: ReaderLimits) {
    this.#events = events;
    this.#xml = new XmlReader(
      { streamOpened: () => undefined, element: (element) => this.#keep(element), streamClosed: () => notOne() },
      limits,
    );
    this.#xml.write(ROOT);
  }

  get limits(): ReaderLimits {
    return this.#xml.limits;
  }

  set limits(limits: ReaderLimits) {
    this.#xml.limits = limits;
  }

  /** @param message a whole one */
  write(message: Uint8Array): void {
    if (this.#isStopped) return;
    try {
      this.#deliver(this.#read(message));
    } catch (error) {
      this.#isStopped = true;
      throw error;
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  #read(message: Uint8Array): Element {
    if (message[0] !== FIRST_BYTE) throw new XmlError('bad-format', 'A message begins with “<”.');
    this.#element = undefined;
    this.#xml.write(withoutDeclaration(message));
    if (this.#element === undefined || this.#xml.isInsideElement) notOne();
    return this.#element;
  }

  #keep(element: Element): void {
    if (this.#element !== undefined) notOne();
    this.#element = element;
  }

  #deliver(element: Element): void {
    const { name, xmlns } = element;
    if ((name === 'open' || name === 'close') && xmlns !== NS_FRAMING) {
      throw new XmlError('invalid-namespace', `<open/> and <close/> are of the namespace ${NS_FRAMING}.`);
    }
    if (!this.#isOpened && name === 'open') {
      this.#isOpened = true;
      const header = createElement('stream', NS_STREAMS, element.attributes, []);
      this.#events.streamOpened(header, NS_CLIENT, STREAM_PREFIX);
    } else if (name === 'close' && xmlns === NS_FRAMING) {
      this.#events.streamClosed();
    } else if (this.#isOpened) {
      this.#events.element(element);
    } else {
      throw new XmlError('bad-format', 'A stream begins with <open/>.');
    }
  }
}

/** Section 3.3.3: a declaration is not recommended, and so has to be borne. */
function withoutDeclaration(message: Uint8Array): Uint8Array {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (!bytes.subarray(0, DECLARATION.length).equals(DECLARATION)) return message;
  const end = bytes.indexOf(DECLARATION_END);
  return end === -1 ? message : bytes.subarray(end + DECLARATION_END.length);
}

function notOne(): never {
  throw new XmlError('bad-format', 'A message is exactly one element.');
}

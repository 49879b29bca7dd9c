/**
 * The index of words, which is filled a little later than the messages are kept: in batches, because FTS5 makes a
 * segment of every transaction and merges them afterwards. Measured: 8 µs of CPU a message in batches of a thousand,
 * 30 µs one by one. A search fills it first, so it finds what was written a moment ago.
 */
import type { Clock, Timer } from '../../clock/clock.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change, Writer } from '../../store/writer.ts';
import type { Element } from '../../xml/element.ts';
import { storedElement } from '../../xml/stored-element.ts';
import { ownerWord, spellForIndex } from './search-words.ts';
import * as store from './store.ts';

const NS_EME = 'urn:xmpp:eme:0';
const NS_FALLBACK = 'urn:xmpp:fallback:0';
/** Messages, and UTF-16 units of their texts, that wait for the index at most. The writer takes 10 ms for them. */
const BATCH = 1_000;
const BATCH_LENGTH = 512 * 1024;
/** How long they wait: until the talk of a moment is over. */
const DELAY_MS = 5_000;

interface Waiting {
  readonly owner: string;
  readonly text: string;
}

export class TextIndex {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #clock: Clock;
  /** By position. */
  #waiting = new Map<number, Waiting>();
  #length = 0;
  #timer: Timer | undefined;
  /** Up to here all messages are in the index or wait here. */
  #last = 0;
  /** Set until what an earlier run had left out is in the index. */
  #catchingUp: Promise<void> | undefined;

  constructor(options: { reader: Reader; writer: Writer; clock: Clock }) {
    this.#reader = options.reader;
    this.#writer = options.writer;
    this.#clock = options.clock;
  }

  add(seq: number, owner: string, message: Element): void {
    this.#last = seq;
    const text = textOf(message);
    if (text === '') return;
    this.#waiting.set(seq, { owner, text });
    this.#length += text.length;
    if (this.#waiting.size >= BATCH || this.#length >= BATCH_LENGTH) void this.#write();
    else this.#timer ??= this.#clock.after(DELAY_MS, () => void this.#write());
  }

  /** What must be written for a message that has lost its words. */
  forget(seq: number): readonly Change[] {
    return this.#waiting.delete(seq) ? [] : [store.deleteText(seq)];
  }

  /** An archive is going: those of its words that are in the index already go with its messages. */
  forgetOwner(owner: string): void {
    for (const [seq, waiting] of this.#waiting) if (waiting.owner === owner) this.#waiting.delete(seq);
  }

  /** Reads again, page by page, what a crash had left out; `last` is the highest position of that time. */
  catchUp(last: number): void {
    const done = () => {
      this.#catchingUp = undefined;
    };
    this.#catchingUp = this.#readAgain(last).then(done, done);
  }

  async #readAgain(last: number): Promise<void> {
    let from = store.readTextProgress(this.#reader);
    for (;;) {
      const page = store.readAfter(this.#reader, from, last, BATCH);
      const end = page.at(-1);
      if (end === undefined) return;
      const changes = page.flatMap(({ seq, owner, stanza }) => {
        const text = textOf(storedElement(stanza));
        return text === '' ? [] : [store.insertText(seq, ownerWord(owner), spellForIndex(text))];
      });
      await this.#writer.write([...changes, store.putTextProgress(end.seq)]);
      from = end.seq;
    }
  }

  /** Resolves when everything that was added is in the index, on disk. */
  async settled(): Promise<void> {
    await this.#catchingUp;
    await this.#write();
    await this.#writer.flush();
  }

  stop(): void {
    void this.#write();
  }

  #write(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const waiting = this.#waiting;
    if (waiting.size === 0) return Promise.resolve();
    this.#waiting = new Map();
    this.#length = 0;
    const changes: Change[] = [];
    for (const [seq, { owner, text }] of waiting) {
      changes.push(store.insertText(seq, ownerWord(owner), spellForIndex(text)));
    }
    // While older messages are still being caught up on, how far that has come is not for this to say.
    if (this.#catchingUp === undefined) changes.push(store.putTextProgress(this.#last));
    return this.#writer.write(changes);
  }
}

/**
 * What a person would look for: subject and text. Not what stands in for something else (XEP-0428 without a range), nor
 * what a client says instead of a text that is encrypted (XEP-0380).
 */
function textOf(message: Element): string {
  let text = '';
  for (const child of message.children) {
    if (typeof child === 'string') continue;
    const { name, xmlns } = child;
    if (xmlns === NS_CLIENT) {
      if (name === 'body' || name === 'subject') text += text === '' ? child.text() : `\n${child.text()}`;
    } else if ((xmlns === NS_EME && name === 'encryption') || (xmlns === NS_FALLBACK && isWhole(child))) return '';
  }
  return text;
}

/** XEP-0428: a fallback without parts is for the whole text. */
function isWhole(fallback: Element): boolean {
  const body = fallback.child('body');
  return fallback.elements.length === 0 || (body !== undefined && body.attr('start') === undefined);
}

/** From bodies to what a stream reads: the session request and restarts stand for headers, payloads for elements. */
import type { StreamReader } from '../../stream/framing.ts';
import { NS_STREAMS } from '../../stream/stream-error.ts';
import { createElement, type Element } from '../../xml/element.ts';
import { type ReaderEvents, type ReaderLimits, XmlError } from '../../xml/reader.ts';
import { NS_XBOSH } from './body.ts';

const NS_CLIENT = 'jabber:client';
const STREAM_PREFIX: ReadonlyMap<string, string> = new Map([['stream', NS_STREAMS]]);
const TRUE: ReadonlySet<string | undefined> = new Set(['true', '1']);

export class BodyReader implements StreamReader {
  limits: ReaderLimits;
  readonly #events: ReaderEvents;
  readonly #take: () => Element | undefined;
  #isOpened = false;
  #isStopped = false;

  /** @param take the body that has come */
  constructor(take: () => Element | undefined, events: ReaderEvents, limits: ReaderLimits) {
    this.#take = take;
    this.#events = events;
    this.limits = limits;
  }

  /** Reads the body that has come; it has been through an `XmlReader` already, with these limits. */
  write(): void {
    const body = this.#take();
    if (body === undefined || this.#isStopped) return;
    try {
      this.#read(body);
    } catch (error) {
      this.#isStopped = true;
      throw error;
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  #read(body: Element): void {
    const isRestart = TRUE.has(body.attr(`{${NS_XBOSH}}restart`));
    const isBeginning = isRestart || body.attr('sid') === undefined;
    if (isBeginning) this.#open(body);
    // XEP-0206 section 5: what comes along with a restart is ignored.
    for (const payload of isRestart ? [] : body.elements) {
      if (this.#isStopped) return;
      if (!this.#isOpened) throw new XmlError('bad-format', 'The stream has to be restarted first.');
      this.#events.element(payload);
    }
    if (body.attr('type') === 'terminate' && !this.#isStopped) this.#events.streamClosed();
  }

  #open(body: Element): void {
    if (this.#isOpened) throw new XmlError('bad-format', 'The stream cannot be restarted now.');
    this.#isOpened = true;
    const attributes = ['version', body.attr(`{${NS_XBOSH}}version`) ?? '1.0'];
    for (const name of ['to', 'from', 'xml:lang']) {
      const value = body.attr(name);
      if (value !== undefined) attributes.push(name, value);
    }
    this.#events.streamOpened(createElement('stream', NS_STREAMS, attributes, []), NS_CLIENT, STREAM_PREFIX);
  }
}

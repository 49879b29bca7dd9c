/**
 * What leaves for one session. Stanzas go straight to the stream when there is one; while stream management is on
 * (XEP-0198) they are also kept until the client has acknowledged them, so that a new stream can take over.
 */
import type { Element } from '../xml/element.ts';
import type { SessionStream } from './session-stream.ts';
import type { UnackedQueue } from './unacked-queue.ts';

const NS_CLIENT = 'jabber:client';

/** The reasons for which a client is too slow to be waited for. */
export type Overflow = 'socket' | 'unacknowledged';

export interface OutboxLimits {
  /** Bytes that may wait for the client's socket. A phone on bad Wi-Fi stays far below; a stuck one must not fill our memory. */
  readonly maxBufferedBytes: number;
  /** Stanzas that may wait for an acknowledgement, also while the client is away. */
  readonly maxUnacked: number;
  /** The same in bytes: a stanza may be tiny or as large as a picture. */
  readonly maxUnackedBytes: number;
}

export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #overflowed: (what: Overflow) => void;
  #stream: SessionStream | undefined;
  /** Set while stream management is on. */
  unacked: UnackedQueue | undefined;

  constructor(limits: OutboxLimits, overflowed: (what: Overflow) => void) {
    this.#limits = limits;
    this.#overflowed = overflowed;
  }

  get stream(): SessionStream | undefined {
    return this.#stream;
  }

  /** Gives the outbox a stream, or takes it away. What is unacknowledged is not repeated here. */
  attach(stream: SessionStream | undefined): void {
    this.#stream = stream;
  }

  /** `onAcknowledged` is from whoever keeps the stanza until the client has it; without stream management it is called at once. */
  send(stanza: Element, onAcknowledged?: () => void): void {
    const { unacked } = this;
    unacked?.add(stanza, onAcknowledged);
    const stream = this.#stream;
    if (stream !== undefined) {
      stream.write(stanza.toXml(NS_CLIENT));
      if (stream.bufferedBytes > this.#limits.maxBufferedBytes) this.#overflowed('socket');
    }
    if (unacked === undefined) onAcknowledged?.();
    else if (this.#isTooMuch(unacked)) this.#overflowed('unacknowledged');
  }

  #isTooMuch({ length, size }: UnackedQueue): boolean {
    return length > this.#limits.maxUnacked || size > this.#limits.maxUnackedBytes;
  }
}

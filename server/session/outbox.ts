/**
 * What leaves for one session. Stanzas go straight to the stream when there is one; while stream management is on
 * (XEP-0198) they are also kept until the client has acknowledged them, so that a new stream can take over. While the
 * client is inactive (XEP-0352) what is not urgent waits, and leaves together with what is.
 */
import type { Element } from '../xml/element.ts';
import type { Hold } from './hold.ts';
import type { SessionStream } from './session-stream.ts';
import type { UnackedQueue } from './unacked-queue.ts';

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
  #hold: Hold | undefined;

  constructor(limits: OutboxLimits, overflowed: (what: Overflow) => void) {
    this.#limits = limits;
    this.#overflowed = overflowed;
  }

  get stream(): SessionStream | undefined {
    return this.#stream;
  }

  /** True while the client says so (XEP-0352). SECURITY: nobody else may learn it. */
  get isInactive(): boolean {
    return this.#hold !== undefined;
  }

  /** How many stanzas wait for the client to become active. */
  get held(): number {
    return this.#hold?.length ?? 0;
  }

  /**
   * Gives the outbox a stream, or takes it away. What is unacknowledged is not repeated here; what was held joins it. Every
   * stream begins active (XEP-0352 section 4.2), a resumed one as well (section 5.2).
   */
  attach(stream: SessionStream | undefined): void {
    const hold = this.#hold;
    this.#hold = undefined;
    this.#stream = stream;
    if (hold !== undefined) for (const stanza of hold.salvage()) this.unacked?.add(stanza);
  }

  /** From now on what is not urgent waits in `hold`. */
  deactivate(hold: Hold): void {
    this.#hold ??= hold;
  }

  /** What waited is sent, and nothing waits any more. */
  activate(): void {
    this.release();
    this.#hold = undefined;
  }

  /** Sends what waits, because the client's radio is on anyway (XEP-0286 section 3.2); what comes next may wait again. */
  release(): void {
    if (this.#hold === undefined || this.#hold.length === 0) return;
    const { counted, others } = this.#hold.empty();
    for (const stanza of counted) this.#write(stanza);
    for (const stanza of others) {
      this.unacked?.add(stanza);
      this.#write(stanza);
    }
    this.#checkUnacked();
  }

  /** `onAcknowledged` is from whoever keeps the stanza until the client has it; without stream management it is called at once. */
  send(stanza: Element, onAcknowledged?: () => void): void {
    if (this.#hold !== undefined) {
      if (onAcknowledged === undefined && this.#isHeld(stanza, this.#hold)) return;
      this.release(); // the order is kept, and the phone wakes once
    }
    const { unacked } = this;
    unacked?.add(stanza, onAcknowledged);
    this.#write(stanza);
    if (unacked === undefined) onAcknowledged?.();
    else this.#checkUnacked();
  }

  /** Lets `stanza` wait, unless it is urgent. */
  #isHeld(stanza: Element, hold: Hold): boolean {
    const urgency = hold.urgencyOf(stanza);
    if (urgency === 'now') return false;
    if (urgency === 'later' && this.unacked !== undefined) {
      // In the queue already, because whoever sent it may be told that the server answers for it.
      this.unacked.add(stanza);
      hold.putCounted(stanza);
    } else {
      hold.put(stanza, urgency);
    }
    if (hold.isFull) this.release();
    else this.#checkUnacked();
    return true;
  }

  #write(stanza: Element): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    stream.send(stanza);
    if (stream.bufferedBytes > this.#limits.maxBufferedBytes) this.#overflowed('socket');
  }

  #checkUnacked(): void {
    const { unacked } = this;
    if (unacked !== undefined && this.#isTooMuch(unacked)) this.#overflowed('unacknowledged');
  }

  #isTooMuch({ length, size }: UnackedQueue): boolean {
    return length > this.#limits.maxUnacked || size > this.#limits.maxUnackedBytes;
  }
}

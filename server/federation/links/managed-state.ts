/** XEP-0198: what both sides have sent and got. It outlives its stream when that can be resumed. */
import { UnackedQueue } from '../../session/unacked-queue.ts';
import type { QueuedStanza } from './queued-stanza.ts';

export class ManagedState {
  /** Under which it can be resumed (SM-ID); empty when it cannot. The receiving side gives it. */
  id = '';
  /** How long it may be resumed, in milliseconds. */
  resumeMs = 0;
  /** Stanzas of the peer's that we have taken. */
  handled = 0;
  readonly #queue: UnackedQueue;
  readonly #stanzas: QueuedStanza[] = [];
  #bytes = 0;
  readonly #delivered: (stanza: QueuedStanza) => void;

  constructor(now: () => number, delivered: (stanza: QueuedStanza) => void) {
    this.#queue = new UnackedQueue(now);
    this.#delivered = delivered;
  }

  /** Sent and not acknowledged, the oldest first. */
  get unacked(): readonly QueuedStanza[] {
    return this.#stanzas;
  }

  /** Of those. */
  get unackedBytes(): number {
    return this.#bytes;
  }

  get sent(): number {
    return this.#queue.sent;
  }

  add(stanza: QueuedStanza): void {
    this.#stanzas.push(stanza);
    this.#bytes += stanza.bytes;
    this.#queue.add(stanza.element, () => {
      // Acknowledgements come in the order of sending.
      const first = this.#stanzas.shift();
      if (first === undefined) return;
      this.#bytes -= first.bytes;
      this.#delivered(first);
    });
  }

  /** False when the peer acknowledges more than was sent. */
  acknowledge(h: number): boolean {
    return this.#queue.acknowledge(h);
  }

  /** Takes what is not acknowledged away: nobody waits for it here any more. */
  abandon(): readonly QueuedStanza[] {
    this.id = ''; // the counts of the two sides part here
    this.#bytes = 0;
    return this.#stanzas.splice(0);
  }
}

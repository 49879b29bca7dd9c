/** What waits to be sent for one pair of domains, in order. */
import type { QueuedStanza } from './queued-stanza.ts';

export class StanzaQueue {
  #stanzas: QueuedStanza[] = [];
  #bytes = 0;

  get length(): number {
    return this.#stanzas.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Of the one that waits longest, on the clock's `elapsedMs`. */
  get firstDeadlineMs(): number | undefined {
    return this.#stanzas[0]?.deadlineMs;
  }

  push(stanza: QueuedStanza): void {
    this.#stanzas.push(stanza);
    this.#bytes += stanza.bytes;
  }

  /** Puts what is older in front. */
  putBack(stanzas: readonly QueuedStanza[]): void {
    this.#stanzas = [...stanzas, ...this.#stanzas];
    for (const { bytes } of stanzas) this.#bytes += bytes;
  }

  takeAll(): readonly QueuedStanza[] {
    const stanzas = this.#stanzas;
    this.#stanzas = [];
    this.#bytes = 0;
    return stanzas;
  }

  /** Takes those for which `isTaken` says so. */
  take(isTaken: (stanza: QueuedStanza) => boolean): readonly QueuedStanza[] {
    const { true: taken = [], false: left = [] } = Object.groupBy(this.takeAll(), (stanza) => String(isTaken(stanza)));
    for (const stanza of left) this.push(stanza);
    return taken;
  }
}

/**
 * XEP-0198 section 4: the stanzas that a client has not acknowledged yet, and the counter modulo 2^32.
 *
 * Counts here do not wrap; only what is read from `h` and written to it does. Numbers follow each other without a gap,
 * but for a queue that was put back after a crash (see `restore`), until the client has said where it stands.
 */
import type { Element } from '../xml/element.ts';
import type { Copies } from './copies.ts';

const COUNTER_SIZE = 2 ** 32;
/** A count that differs by more than half the counter's size is behind, not ahead. */
const AHEAD = COUNTER_SIZE / 2;

export interface UnackedStanza {
  readonly element: Element;
  /** Milliseconds since 1970: when the server took it for this client. */
  readonly atMs: number;
  /** Position in the client's count, not reduced modulo 2^32. */
  readonly number: number;
  /** Called once the client has acknowledged it. */
  readonly onAcknowledged: (() => void) | undefined;
  /** True when somebody keeps it until it is acknowledged, so that nothing is lost with this queue. */
  readonly isKept: boolean;
  /** Set when other sessions got the same message. */
  readonly copies: Copies | undefined;
  /** Of the stanza as XML, in UTF-16 units. */
  readonly size: number;
}

/** What an earlier run of the server had written down. */
interface RestoredCounts {
  readonly sent: number;
  readonly acknowledged: number;
}

export class UnackedQueue {
  readonly #now: () => number;
  readonly #added: (() => void) | undefined;
  readonly #stanzas: UnackedStanza[] = [];
  #size = 0;
  #sent = 0;
  #acknowledged = 0;
  /** True while numbers may have gaps and the client may have got more than was written down. */
  #isRestored = false;
  #expected: Element | undefined;
  #copies: Copies | undefined;

  /** `added` is told of every stanza that comes in. */
  constructor(now: () => number, added?: () => void) {
    this.#now = now;
    this.#added = added;
  }

  get length(): number {
    return this.#stanzas.length;
  }

  /** What all of them take as XML, in UTF-16 units. */
  get size(): number {
    return this.#size;
  }

  /** How many stanzas have been sent in all. */
  get sent(): number {
    return this.#sent;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get stanzas(): readonly UnackedStanza[] {
    return this.#stanzas;
  }

  /** `onAcknowledged` is from whoever keeps the stanza until then; it goes back to nobody else when the session ends. */
  add(element: Element, onAcknowledged?: () => void): void {
    const copies = this.#expected === element ? this.#copies : undefined;
    this.#expected = undefined;
    this.#push({
      element,
      atMs: this.#now(),
      number: ++this.#sent,
      onAcknowledged,
      isKept: onAcknowledged !== undefined,
      copies,
    });
    this.#added?.();
  }

  /** The next stanza will be `element`, which others have as well. */
  expect(element: Element, copies: Copies): void {
    this.#expected = element;
    this.#copies = copies;
  }

  /** The copies that `element` belongs to, when it is the one that is expected next. */
  expected(element: Element): Copies | undefined {
    return this.#expected === element ? this.#copies : undefined;
  }

  /**
   * Goes on where an earlier run of the server stopped, with what it had written down; `stanzas` by number.
   *
   * After a crash nobody knows how much more the client has got. Whatever comes in from now on it cannot have got,
   * therefore its numbers begin where no count of the client's reaches, and `resume` closes the gap.
   */
  restore(
    counts: RestoredCounts,
    stanzas: Iterable<Pick<UnackedStanza, 'element' | 'atMs' | 'number' | 'copies'>>,
  ): void {
    this.#isRestored = true;
    this.#acknowledged = counts.acknowledged;
    this.#sent = Math.max(counts.sent, counts.acknowledged + AHEAD);
    for (const stanza of stanzas) this.#push({ ...stanza, onAcknowledged: undefined, isKept: false });
  }

  /** Whether the client can stand at `h`: not when that is more than was ever sent. */
  covers(h: number): boolean {
    const step = this.#stepTo(h);
    return this.#isRestored ? step < AHEAD : step <= this.#sent - this.#acknowledged;
  }

  /**
   * Takes the client's count `h` and forgets what it covers.
   * False when it covers more than was ever sent (XEP-0198 section 6: `handled-count-too-high`).
   */
  acknowledge(h: number): boolean {
    if (!this.covers(h)) return false;
    this.#acknowledged += this.#stepTo(h);
    let covered = 0;
    while (covered < this.#stanzas.length && (this.#stanzas[covered]?.number ?? 0) <= this.#acknowledged) covered++;
    for (const { copies, onAcknowledged, size } of this.#stanzas.splice(0, covered)) {
      this.#size -= size;
      if (copies !== undefined) {
        copies.held--;
        copies.isReceived = true;
      }
      onAcknowledged?.();
    }
    return true;
  }

  /**
   * As `acknowledge`, at the beginning of a new stream, on which what is left will be sent again: the client counts that
   * from `h` on, whatever numbers it had. True in `isRenumbered` when these are others now.
   */
  resume(h: number): { readonly isCovered: boolean; readonly isRenumbered: boolean } {
    if (!this.acknowledge(h)) return { isCovered: false, isRenumbered: false };
    const isRenumbered = this.#isRestored;
    if (isRenumbered) {
      this.#isRestored = false;
      this.#sent = this.#acknowledged;
      for (const [index, stanza] of this.#stanzas.entries()) this.#stanzas[index] = { ...stanza, number: ++this.#sent };
    }
    return { isCovered: true, isRenumbered };
  }

  /** How far `h` is ahead of what was acknowledged; XEP-0198 section 4: it wraps after 2^32 - 1. */
  #stepTo(h: number): number {
    return (((h - this.#acknowledged) % COUNTER_SIZE) + COUNTER_SIZE) % COUNTER_SIZE;
  }

  #push(stanza: Omit<UnackedStanza, 'size'>): void {
    if (stanza.copies !== undefined) stanza.copies.held++;
    const size = stanza.element.toXml().length;
    this.#size += size;
    this.#stanzas.push({ ...stanza, size });
  }
}

/** A count as it is written in `h` (XEP-0198 section 4: it wraps after 2^32 - 1). */
export function wrapCounter(count: number): number {
  return count % COUNTER_SIZE;
}

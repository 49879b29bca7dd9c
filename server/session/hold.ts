/**
 * What waits while the client is inactive (XEP-0352). Of what only tells how things are now, the latest is enough; what
 * must not get lost, but need not wake a phone, waits in its order.
 */
import type { Element } from '../xml/element.ts';

/**
 * How urgent a stanza is. `now`: it leaves at once. `later`: it waits, and every one counts. `latest`: it waits, and takes
 * the place of the one before of the same `key`; `isFleeting` when it means nothing any more once the stream is gone.
 */
export type Urgency = 'now' | 'later' | { readonly key: string; readonly isFleeting: boolean };

export interface HoldOptions {
  readonly urgencyOf: (stanza: Element) => Urgency;
  /** How many stanzas wait at most. */
  readonly maxStanzas: () => number;
  /** What they take at most as XML, in UTF-16 units. */
  readonly maxSize: number;
}

interface Waiting {
  readonly element: Element;
  readonly isFleeting: boolean;
  readonly size: number;
}

export class Hold {
  readonly #options: HoldOptions;
  /** Those that stream management knows already: their place in its order is taken. */
  readonly #counted: Waiting[] = [];
  /** By key; one without a key has a number of its own. */
  readonly #others = new Map<string | number, Waiting>();
  #lastNumber = 0;
  #size = 0;

  constructor(options: HoldOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#counted.length + this.#others.size;
  }

  get isFull(): boolean {
    return this.length > this.#options.maxStanzas() || this.#size > this.#options.maxSize;
  }

  urgencyOf(stanza: Element): Urgency {
    return this.#options.urgencyOf(stanza);
  }

  /** Takes a stanza that stream management has counted. */
  putCounted(element: Element): void {
    this.#counted.push(this.#weighed(element, false));
  }

  put(element: Element, urgency: Exclude<Urgency, 'now'>): void {
    if (urgency === 'later') {
      this.#others.set(++this.#lastNumber, this.#weighed(element, false));
      return;
    }
    const { key, isFleeting } = urgency;
    this.#size -= this.#others.get(key)?.size ?? 0;
    this.#others.delete(key); // so that it stands behind everything that came before it
    this.#others.set(key, this.#weighed(element, isFleeting));
  }

  /** Gives everything back: first what has been counted, then the others, each in the order in which they came. */
  empty(): { readonly counted: readonly Element[]; readonly others: readonly Element[] } {
    const all = {
      counted: this.#counted.map(({ element }) => element),
      others: [...this.#others.values()].map(({ element }) => element),
    };
    this.#clear();
    return all;
  }

  /** As `empty`, for a stream that is gone: what has been counted is kept elsewhere, and what is fleeting is forgotten. */
  salvage(): readonly Element[] {
    const lasting = [...this.#others.values()].filter(({ isFleeting }) => !isFleeting).map(({ element }) => element);
    this.#clear();
    return lasting;
  }

  #clear(): void {
    this.#counted.length = 0;
    this.#others.clear();
    this.#size = 0;
  }

  #weighed(element: Element, isFleeting: boolean): Waiting {
    const size = element.toXml().length;
    this.#size += size;
    return { element, isFleeting, size };
  }
}

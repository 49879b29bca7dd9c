/**
 * The requests of one session in the order of their ids (XEP-0124 section 14): those that came too early, those that are
 * held, and the responses that a client may ask for again because its connection broke.
 */
import type { Element } from '../../xml/element.ts';
import type { Exchange } from './exchange.ts';

export interface Request {
  readonly rid: number;
  readonly body: Element;
  readonly exchange: Exchange;
  readonly atMs: number;
}

export class RequestWindow {
  /** How many requests may be open at a time. */
  readonly #size: number;
  #lastRid: number;
  readonly #early = new Map<number, Request>();
  /** Taken, and not answered yet. */
  readonly held: Request[] = [];
  readonly #responses = new Map<number, string>();

  constructor(firstRid: number, size: number) {
    this.#lastRid = firstRid - 1;
    this.#size = size;
  }

  /** The highest id up to which everything has come. */
  get lastRid(): number {
    return this.#lastRid;
  }

  get exchanges(): readonly Exchange[] {
    return [...this.held, ...this.#early.values()].map(({ exchange }) => exchange);
  }

  /** True when a live connection waits for a response. */
  get isAwaited(): boolean {
    return this.exchanges.some(({ isBroken }) => !isBroken);
  }

  /** Where an id stands that comes now; `extra` for a request that may come beyond the limit. */
  place(rid: number, extra: 0 | 1): 'repeated' | 'expected' | 'outside' | 'too-many' {
    if (rid <= this.#lastRid || this.#early.has(rid)) return 'repeated';
    if (rid > this.#lastRid + this.#size + extra) return 'outside';
    return this.held.length + this.#early.size >= this.#size + extra ? 'too-many' : 'expected';
  }

  add(request: Request): void {
    this.#early.set(request.rid, request);
  }

  /** The request whose turn it is, moved to those that are held. */
  take(): Request | undefined {
    const next = this.#early.get(this.#lastRid + 1);
    if (next === undefined) return undefined;
    this.#early.delete(next.rid);
    this.#lastRid = next.rid;
    this.held.push(next);
    return next;
  }

  /** Takes the place of the one that came before with this id, and is not answered yet; that one, if there is one. */
  replace(rid: number, exchange: Exchange, atMs: number): Request | undefined {
    const early = this.#early.get(rid);
    if (early !== undefined) {
      this.#early.set(rid, { ...early, exchange, atMs });
      return early;
    }
    const index = this.held.findIndex((request) => request.rid === rid);
    const former = this.held[index];
    if (former !== undefined) this.held[index] = { ...former, exchange, atMs };
    return former;
  }

  /** Forgets requests that wait for one before them since before `untilMs`; those. */
  giveUp(untilMs: number): readonly Request[] {
    const late = [...this.#early.values()].filter(({ atMs }) => atMs <= untilMs);
    for (const { rid } of late) this.#early.delete(rid);
    return late;
  }

  /** Keeps a response for as long as the client may not have got it. */
  remember(rid: number, response: string): void {
    this.#responses.set(rid, response);
    for (const old of this.#responses.keys()) {
      if (this.#responses.size <= this.#size) return;
      this.#responses.delete(old);
    }
  }

  responseTo(rid: number): string | undefined {
    return this.#responses.get(rid);
  }
}

/** The last messages of a room, for those who enter (XEP-0045 sections 7.2.13 and 7.2.14). */
import type { Jid } from '../../jid/jid.ts';
import { delayElement, NS_DELAY } from '../../stanza/delay.ts';
import type { Element } from '../../xml/element.ts';
import { NS_MUC } from './namespaces.ts';

const NS_HINTS = 'urn:xmpp:hints';
const MS_PER_SECOND = 1000;

export interface HistoryEntry {
  /** Counts the messages of a room, also those forgotten. */
  readonly position: number;
  readonly atMs: number;
  /** As it was sent, without `to`; with the delay. */
  readonly element: Element;
}

/** What a client that enters wants at most; undefined is no limit. */
export interface HistoryRequest {
  readonly maxCharacters: number | undefined;
  readonly maxStanzas: number | undefined;
  readonly sinceMs: number | undefined;
}

export class History {
  #entries: HistoryEntry[];
  #next: number;

  /** `entries` in the order of their positions. */
  constructor(entries: readonly HistoryEntry[]) {
    this.#entries = [...entries];
    this.#next = (entries.at(-1)?.position ?? 0) + 1;
  }

  get entries(): readonly HistoryEntry[] {
    return this.#entries;
  }

  /** Keeps a message, and forgets what is beyond `limit`. */
  add(element: Element, atMs: number, limit: number): HistoryEntry {
    const entry = { position: this.#next++, atMs, element };
    this.#entries.push(entry);
    this.trim(limit);
    return entry;
  }

  trim(limit: number): void {
    if (this.#entries.length > limit) this.#entries.splice(0, this.#entries.length - limit);
  }

  /** The smallest part that meets all criteria, oldest first; whole messages only. */
  select(request: HistoryRequest, limit: number, addressee: string): readonly Element[] {
    const most = Math.min(limit, request.maxStanzas ?? limit);
    const selected: Element[] = [];
    let characters = 0;
    for (let i = this.#entries.length - 1; i >= 0 && selected.length < most; i--) {
      const entry = this.#entries[i];
      if (entry === undefined || (request.sinceMs !== undefined && entry.atMs < request.sinceMs)) break;
      const element = entry.element.withAttr('to', addressee);
      if (request.maxCharacters !== undefined) {
        characters += element.toXml().length;
        if (characters > request.maxCharacters) break;
      }
      selected.push(element);
    }
    return selected.reverse();
  }
}

/** The `<history/>` of a join. What is not understood is no limit. */
export function readHistoryRequest(join: Element, nowMs: number): HistoryRequest {
  const history = join.child('history', NS_MUC);
  const number = (name: string) => {
    const text = history?.attr(name);
    return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  };
  const seconds = number('seconds');
  const since = Date.parse(history?.attr('since') ?? '');
  const limits = [
    ...(seconds === undefined ? [] : [nowMs - seconds * MS_PER_SECOND]),
    ...(Number.isNaN(since) ? [] : [since]),
  ];
  return {
    maxCharacters: number('maxchars'),
    maxStanzas: number('maxstanzas'),
    sinceMs: limits.length === 0 ? undefined : Math.max(...limits),
  };
}

/** Whether a message is part of the discussion: what people wrote, or what says that it should be kept (XEP-0334). */
export function belongsToHistory(message: Element): boolean {
  if (
    message.child('no-store', NS_HINTS) !== undefined ||
    message.child('no-permanent-store', NS_HINTS) !== undefined
  ) {
    return false;
  }
  return message.child('body') !== undefined || message.child('store', NS_HINTS) !== undefined;
}

/**
 * A message as it stands in the history. Section 7.9: what an owner tells of an earlier conversation has its own time
 * already, and gets no other.
 */
export function asHistory(message: Element, room: Jid, atMs: number, isFromOwner: boolean): Element {
  if (isFromOwner && message.child('delay', NS_DELAY) !== undefined) return message;
  return message.plus(delayElement(room.bare, atMs));
}

/** The last messages of a room, for those who enter (XEP-0045 sections 7.2.13 and 7.2.14). */
import type { Jid } from '../../jid/jid.ts';
import type { ArchivedMessage } from '../../modulehost/services.ts';
import { delayElement, NS_DELAY } from '../../stanza/delay.ts';
import type { Element } from '../../xml/element.ts';
import { authorAffiliation, withoutAuthor } from './authorship.ts';
import { NS_MUC } from './namespaces.ts';
import type { RoomRecord } from './record.ts';
import { belongsToHistory } from './recording.ts';

const MS_PER_SECOND = 1000;
/** How many reactions, markers and subjects are passed over for each message of the history, at most. */
const MAX_PASSED_OVER = 8;

/** What a client that enters wants at most; undefined is no limit. */
export interface HistoryRequest {
  readonly maxCharacters: number | undefined;
  readonly maxStanzas: number | undefined;
  readonly sinceMs: number | undefined;
}

/**
 * The smallest part of the last `limit` messages that meets all criteria, oldest first; whole messages only. Each as it
 * is sent to `addressee`, a full JID.
 */
export function historyFor(
  record: RoomRecord,
  request: HistoryRequest,
  limit: number,
  { room, addressee }: { readonly room: Jid; readonly addressee: string },
): readonly Element[] {
  const most = Math.min(limit, request.maxStanzas ?? limit);
  const selected: Element[] = [];
  let characters = 0;
  for (const message of latestSaid(record, most).toReversed()) {
    if (request.sinceMs !== undefined && message.atMs < request.sinceMs) break;
    const element = asHistory(message, room).withAttr('to', addressee);
    if (request.maxCharacters !== undefined) {
      characters += element.toXml().length;
      if (characters > request.maxCharacters) break;
    }
    selected.push(element);
  }
  return selected.reverse();
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

/** The last `count` messages of the discussion, oldest first: a record has more than that in it. */
function latestSaid(record: RoomRecord, count: number): readonly ArchivedMessage[] {
  if (count === 0) return [];
  let said: readonly ArchivedMessage[] = [];
  for (let wanted = count; wanted <= count * MAX_PASSED_OVER; wanted *= 2) {
    const latest = record.latest(wanted);
    said = latest.filter(({ element }) => belongsToHistory(element));
    if (said.length >= count || latest.length < wanted) break;
  }
  return said.slice(-count);
}

/**
 * A message as it stands in the history. Section 7.9: what an owner tells of an earlier conversation has its own time
 * already, and gets no other.
 */
function asHistory({ element, atMs }: ArchivedMessage, room: Jid): Element {
  const message = withoutAuthor(element);
  if (authorAffiliation(element) === 'owner' && message.child('delay', NS_DELAY) !== undefined) return message;
  return message.plus(delayElement(room.bare, atMs));
}

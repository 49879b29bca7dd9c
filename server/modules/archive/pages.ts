/** Which messages a query gets (XEP-0313 section 4.3): the page, where it stands in the whole, and whether that is all. */
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { PageRequest } from '../../stanza/rsm.ts';
import type { Reader } from '../../store/reader.ts';
import type { Archives } from './archives.ts';
import type { Filter } from './filter.ts';
import { END, firstPositionAt } from './ids.ts';
import { readWords } from './search-words.ts';
import { countMatches, type Measure, type Row, readMessage, type Selection, selectMeasures } from './store.ts';

/** A page without a wish for its size. Clients ask for 10 to 100. */
const USUAL_SIZE = 50;
/**
 * Bytes of a page, but for a single message that has more: a fraction of what ends a session whose client is slow, so
 * that further pages may be asked for before the first has arrived.
 */
const MAX_PAGE_BYTES = 1024 * 1024;
/** Counting further would cost more than the page itself; XEP-0059 section 2.2 lets it be left out then. */
const MAX_COUNTED = 5_000;

export interface Page {
  /** In the order of time. */
  readonly rows: readonly Row[];
  /** True when nothing that matches lies beyond the page, in the direction of paging. */
  readonly isComplete: boolean;
  readonly count: number | undefined;
  /** Position of the first row in the whole, from 0. */
  readonly index: number | undefined;
}

export interface PageQuestion {
  readonly owner: Jid;
  /** Whether the owner is an account, and not a room. */
  readonly isAccount: boolean;
  readonly filter: Filter;
  readonly request: PageRequest;
  readonly maxSize: number;
}

const NOTHING: Page = { rows: [], isComplete: true, count: 0, index: undefined };

/** Everything that was kept must be on disk, and in the index when words are asked for. */
export function selectPage(reader: Reader, archives: Archives, question: PageQuestion): Page | StanzaError {
  const { request } = question;
  const whole = readSelection(archives, question);
  if (whole instanceof StanzaError) return whole;
  const selection = whole === 'nothing' ? undefined : narrow(archives, whole, request);
  if (selection instanceof StanzaError) return selection;
  if (whole === 'nothing' || selection === undefined) return NOTHING;

  const size = Math.min(request.max ?? USUAL_SIZE, question.maxSize);
  if (size === 0) return { ...NOTHING, ...countOnly(reader, whole) };
  const direction = request.before === undefined ? 'forwards' : 'backwards';
  const offset = request.index ?? 0;
  const found = selectMeasures(reader, selection, direction, size + 1, offset);
  const taken = fitting(found, size);
  const isComplete = taken.length === found.length;
  const rows = taken.flatMap(({ seq }) => readMessage(reader, whole.owner, seq) ?? []);
  if (direction === 'backwards') rows.reverse();
  return { rows, isComplete, ...place(reader, whole, request, rows, isComplete) };
}

/** What the filter matches; `nothing` when that cannot be anything. */
function readSelection(
  archives: Archives,
  { owner, isAccount, filter }: PageQuestion,
): Selection | 'nothing' | StanzaError {
  const words = filter.text === undefined ? undefined : readWords(filter.text, owner.bare);
  if (filter.text !== undefined && words === undefined) {
    return new StanzaError('policy-violation', 'This is too much to search for at once.');
  }
  const after = filter.afterId === undefined ? 0 : archives.positionOf(owner.bare, filter.afterId);
  const before = filter.beforeId === undefined ? END : archives.positionOf(owner.bare, filter.beforeId);
  const positions = filter.ids === undefined ? [] : archives.positionsOf(owner.bare, filter.ids);
  if (after === undefined || before === undefined || positions === undefined) return notFound();
  if (words === 'nothing') return 'nothing';
  const startMs = filter.startMs ?? 0;
  return {
    owner: owner.bare,
    after: Math.max(after, archives.floorOf(owner.bare), firstPositionAt(startMs) - 1),
    before,
    startMs,
    endMs: filter.endMs ?? END,
    partner: filter.with?.bare,
    // Section 4.1.1: one's own address stands for what one wrote to oneself, from whichever device.
    resource: isAccount && filter.with?.bare === owner.bare ? undefined : filter.with?.resource || undefined,
    words: words?.expression,
    positions: filter.ids === undefined ? undefined : positions,
  };
}

/** The part of the whole that paging leaves. */
function narrow(archives: Archives, whole: Selection, { after, before }: PageRequest): Selection | StanzaError {
  if (after !== undefined) {
    const position = archives.positionOf(whole.owner, after);
    return position === undefined ? notFound() : { ...whole, after: Math.max(whole.after, position) };
  }
  if (before === undefined || before === '') return whole;
  const position = archives.positionOf(whole.owner, before);
  return position === undefined ? notFound() : { ...whole, before: Math.min(whole.before, position) };
}

/** As many as the page may hold, by number and by bytes. */
function fitting(found: readonly Measure[], size: number): readonly Measure[] {
  let bytes = 0;
  let length = 0;
  for (const measure of found) {
    bytes += measure.size;
    if (length === size || (length > 0 && bytes > MAX_PAGE_BYTES)) break;
    length++;
  }
  return found.slice(0, length);
}

/** XEP-0059 section 2.7: here the number is all that is asked for. */
function countOnly(reader: Reader, whole: Selection): Partial<Page> {
  const count = countMatches(reader, whole, END);
  return { count, isComplete: count === 0 };
}

function place(
  reader: Reader,
  whole: Selection,
  request: PageRequest,
  rows: readonly Row[],
  isComplete: boolean,
): Pick<Page, 'count' | 'index'> {
  const [first] = rows;
  const isFirstPage = request.after === undefined && (request.index ?? 0) === 0;
  if (isComplete && isFirstPage && (request.before ?? '') === '') {
    return { count: rows.length, index: first && 0 }; // everything there is
  }
  const counted = countMatches(reader, whole, MAX_COUNTED + 1);
  const count = counted > MAX_COUNTED ? undefined : counted;
  if (request.index !== undefined)
    return { count: count ?? countMatches(reader, whole, END), index: first && request.index };
  if (first === undefined || count === undefined) return { count, index: undefined };
  return { count, index: countMatches(reader, { ...whole, before: first.seq }, MAX_COUNTED) };
}

function notFound(): StanzaError {
  return new StanzaError('item-not-found', 'There is no such message in this archive.');
}

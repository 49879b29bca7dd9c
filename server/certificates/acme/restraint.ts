/** How often an authority is asked at most, whatever restarts, clocks and people do. */

const DAY_MS = 24 * 60 * 60 * 1000;
/** However long an authority asks to wait: what is further away was written down by a clock that was wrong. */
export const LONGEST_WAIT_MS = 14 * DAY_MS;
const WEEK_MS = 7 * DAY_MS;
/** Let's Encrypt gives five certificates for the same names in a week; the last one is kept for a renewal that must be. */
const MOST_A_WEEK = 4;

/** A certificate that was got. */
export interface Issued {
  /** The authority and the names that were wished for, as one text. */
  readonly wish: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Whether a wait that was written down, perhaps before a restart, holds on. */
export function isWaiting(untilMs: number, nowMs: number, longestMs = LONGEST_WAIT_MS): boolean {
  return untilMs > nowMs && untilMs - nowMs <= longestMs;
}

/** Why no further certificate of this kind is asked for now; undefined when it may be. */
export function whyNotAgain(
  issued: readonly Issued[],
  wish: string,
  nowMs: number,
): { readonly text: string; readonly untilMs: number } | undefined {
  const lately = ofThisWeek(issued, nowMs).filter((one) => one.wish === wish);
  const oldest = lately.at(-MOST_A_WEEK);
  if (oldest === undefined) return undefined;
  const untilMs = oldest.atMs + WEEK_MS;
  const day = new Date(untilMs).toISOString().slice(0, 10);
  return {
    text: `There were four certificates for the same names within a week, and authorities give hardly more. The next one can be asked for on ${day}; the one that you have stays valid.`,
    untilMs,
  };
}

/** With one more, and without what counts no more. */
export function withIssued(issued: readonly Issued[], wish: string, nowMs: number): Issued[] {
  return [...ofThisWeek(issued, nowMs), { wish, atMs: nowMs }];
}

function ofThisWeek(issued: readonly Issued[], nowMs: number): readonly Issued[] {
  return issued.filter(({ atMs }) => atMs <= nowMs && nowMs - atMs < WEEK_MS).toSorted((a, b) => a.atMs - b.atMs);
}

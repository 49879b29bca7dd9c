/** When something ends, as it is written on the command line. */
import { CommandFailure, exitStatus } from './failure.ts';

const HOUR_MS = 3_600_000;
const MS_PER_UNIT: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };
/** A day, or a moment of it; without a zone it is this computer's. */
const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/;

/** `12h`, `3d`, `2w`, `2026-12-31` (its very end), `2026-12-31T18:00`. Milliseconds since 1970. @throws CommandFailure */
export function readEnd(what: string, text: string, nowMs: number): number {
  const [, count, unit = ''] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  const ms = Number(count) * (MS_PER_UNIT[unit] ?? 0);
  if (ms > 0) return nowMs + ms;
  const moment = MOMENT.test(text) ? Date.parse(text.length === 10 ? `${text}T23:59:59` : text) : Number.NaN;
  if (moment > nowMs) return moment;
  const reason = Number.isNaN(moment)
    ? `${what} takes a time such as 12h, 3d or 2w, or a day such as 2027-01-31, not “${text}”.`
    : `${what} has to be a time to come; ${text} is over.`;
  throw new CommandFailure('usage', reason, exitStatus.usage);
}

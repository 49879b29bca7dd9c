/** How long a guest's account may be made to last. */
import { texts } from './texts.ts';

const HOUR_MS = 3_600_000;

/** For a choice; the values are hours. */
export const LIFETIMES: readonly { readonly value: string; readonly label: string }[] = Object.entries(
  texts.lifetimes.hours,
).map(([value, label]) => ({ value, label }));

/** As an ISO time. */
export function hoursFromNow(hours: number, nowMs: number): string {
  return new Date(nowMs + hours * HOUR_MS).toISOString();
}

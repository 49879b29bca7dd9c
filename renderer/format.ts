/** Times, sizes and names as people read them. Everything is a function of its input; the clock is handed in. */
import { LOCALE, texts } from './texts.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' });
const dateOnly = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'long', year: 'numeric' });
const dateAndTime = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const clockShort = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', hour12: false });
const dayAndMonth = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'long' });
const counts = new Intl.NumberFormat(LOCALE);

/** `just now`, `5 minutes ago`, `yesterday`, `in 3 months`; beyond a year the date. */
export function formatAgo(iso: string, nowMs: number): string {
  const awayMs = Date.parse(iso) - nowMs;
  const size = Math.abs(awayMs);
  if (size < 45 * SECOND_MS) return texts.time.justNow;
  if (size < HOUR_MS) return relative.format(Math.round(awayMs / MINUTE_MS), 'minute');
  if (size < DAY_MS) return relative.format(Math.round(awayMs / HOUR_MS), 'hour');
  if (size < 60 * DAY_MS) return relative.format(Math.round(awayMs / DAY_MS), 'day');
  if (size < 365 * DAY_MS) return relative.format(Math.round(awayMs / (30 * DAY_MS)), 'month');
  return formatDate(iso);
}

export function formatDate(iso: string): string {
  return dateOnly.format(new Date(iso));
}

export function formatDateTime(iso: string): string {
  return dateAndTime.format(new Date(iso));
}

/** `18:42:07`; empty for what is no time, as lines that are not ours have it. */
export function formatClock(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? '' : clock.format(time);
}

export function formatMinute(timeMs: number): string {
  return clockShort.format(new Date(timeMs));
}

/** The two largest units: `3 days 4 h`, `12 minutes`. */
export function formatDuration(durationMs: number): string {
  const { short, ...long } = texts.time;
  const count = (sizeMs: number, withinMs: number): number => Math.floor((durationMs % withinMs) / sizeMs);
  const days = Math.floor(durationMs / DAY_MS);
  const hours = count(HOUR_MS, DAY_MS);
  const minutes = count(MINUTE_MS, HOUR_MS);
  const seconds = count(SECOND_MS, MINUTE_MS);
  const join = (large: string, small: number, say: (n: number) => string): string =>
    small === 0 ? large : `${large} ${say(small)}`;
  if (days > 0) return join(long.days(days), hours, short.hours);
  if (hours > 0) return join(long.hours(hours), minutes, short.minutes);
  if (minutes > 0) return join(long.minutes(minutes), seconds, short.seconds);
  return long.seconds(seconds);
}

/** When something began, as exactly as one wants to know: the time of today, or the day. */
export function formatSince(iso: string, nowMs: number): string {
  const began = new Date(iso);
  if (began.toDateString() === new Date(nowMs).toDateString()) return clockShort.format(began);
  return dayAndMonth.format(began);
}

/** Powers of 1024, as file managers have it: `12.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = texts.units.bytes;
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(LOCALE, { maximumFractionDigits: digits }).format(size)} ${units[unit]}`;
}

export function formatCount(n: number): string {
  return counts.format(n);
}

/** Hexadecimal in groups of four, which the eye can compare. */
export function groupFingerprint(fingerprint: string): readonly string[] {
  return (
    fingerprint
      .replaceAll(/[^0-9a-f]/gi, '')
      .toUpperCase()
      .match(/.{1,4}/g) ?? []
  );
}

/** The one or two letters of a person's picture. */
export function initials(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const [first = '', second = ''] = words;
  return [...first]
    .slice(0, 1)
    .concat([...second].slice(0, 1))
    .join('')
    .toUpperCase();
}

/** What the full JID says: whose session it is, and under which name the device is known. */
export function splitJid(jid: string): {
  readonly bare: string;
  readonly localpart: string;
  readonly resource: string;
} {
  const slash = jid.indexOf('/');
  const bare = slash < 0 ? jid : jid.slice(0, slash);
  return { bare, localpart: bare.split('@')[0] ?? bare, resource: slash < 0 ? '' : jid.slice(slash + 1) };
}

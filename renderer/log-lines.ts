/** Log lines as the page keeps, filters and copies them. */
import type { ControlLogLine } from '../server/control/contract.ts';

/** What the server keeps in memory as well; more would only slow the page. */
export const MAX_LINES = 2000;

export interface NumberedLine {
  /** Counts up while the page is open: lines have no name of their own. */
  readonly id: number;
  readonly line: ControlLogLine;
}

/** From everything to the worst. */
export const levelFilters = ['debug', 'info', 'warn', 'error'] as const;
export type LevelFilter = (typeof levelFilters)[number];

const ranks: Readonly<Record<string, number>> = { trace: 0, debug: 0, info: 1, warn: 2, error: 3, fatal: 3 };

/** A line of unknown level is always shown: it may be what a crash left behind. */
export function isAtLeast({ level }: ControlLogLine, filter: LevelFilter): boolean {
  return (ranks[level] ?? Number.POSITIVE_INFINITY) >= (ranks[filter] ?? 0);
}

/** Every word of the query, anywhere in the line. */
export function matchesText(line: ControlLogLine, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return true;
  const hay = formatLine(line).toLowerCase();
  return wanted.split(/\s+/).every((word) => hay.includes(word));
}

export function formatFields(fields: ControlLogLine['fields']): readonly (readonly [string, string])[] {
  return Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}

/** As `snug logs` prints it. */
function formatLine({ time, level, room, message, fields }: ControlLogLine): string {
  const told = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [time, level.padEnd(5), room === '' ? '' : `${room}:`, message, ...told]
    .filter((part) => part !== '')
    .join(' ');
}

export function formatLines(lines: readonly NumberedLine[]): string {
  return lines.map(({ line }) => formatLine(line)).join('\n');
}

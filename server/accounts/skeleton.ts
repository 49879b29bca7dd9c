/**
 * Names that look alike (UTS #39 section 4): two of them are confusable when they have the same skeleton. It is nothing
 * to show or to keep, because it changes with the table.
 */
import { CONFUSABLES } from './confusables-table.ts';

const PROTOTYPES: ReadonlyMap<string, string> = readTable();

/** `name` is prepared. */
export function skeletonOf(name: string): string {
  let skeleton = '';
  for (const point of name.normalize('NFD')) skeleton += PROTOTYPES.get(point) ?? point;
  return skeleton.normalize('NFD');
}

/** Both are prepared. */
export function looksLike(one: string, other: string): boolean {
  return one === other || skeletonOf(one) === skeletonOf(other);
}

function readTable(): Map<string, string> {
  const prototypes = new Map<string, string>();
  for (const entry of CONFUSABLES.trim().split(/\s+/)) {
    const [prototype = '', sources = ''] = entry.split('=');
    for (const source of sources.split(',')) prototypes.set(readPoints(source), readPoints(prototype));
  }
  return prototypes;
}

function readPoints(hex: string): string {
  return String.fromCodePoint(...hex.split('+').map((point) => Number.parseInt(point, 16)));
}

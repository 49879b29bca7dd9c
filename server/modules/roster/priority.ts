/** The priority of a resource (RFC 6121 section 4.7.2.3). */
import type { Element } from '../../xml/element.ts';

const MIN_PRIORITY = -128;
const MAX_PRIORITY = 127;

/** 0 when none is given, or none that is an integer from -128 to 127. */
export function readPriority(presence: Element): number {
  const text = presence.childText('priority')?.trim();
  if (text === undefined || !/^[+-]?\d{1,3}$/.test(text)) return 0;
  const priority = Number(text);
  return priority >= MIN_PRIORITY && priority <= MAX_PRIORITY ? priority : 0;
}

/** How much of a session the journal holds, so that only what changed is written. */
import type { Element } from '../../xml/element.ts';

export interface Page {
  /** The session's row as it was last written; undefined when it has none. */
  row: WrittenRow | undefined;
  /** Stanzas up to this number have been looked at: written, or not worth it. */
  seenTo: number;
  /** The highest number that has a row; 0 when none has. */
  lastRow: number;
  /** True when the rows carry numbers that are no longer right. */
  isRenumbered: boolean;
}

export interface WrittenRow {
  readonly presence: Element | undefined;
  readonly presenceAtMs: number;
  readonly priority: number;
  readonly enabled: string;
  readonly directed: string;
  readonly handled: number;
  readonly sent: number;
  readonly acknowledged: number;
}

export function createPage(): Page {
  return { row: undefined, seenTo: 0, lastRow: 0, isRenumbered: false };
}

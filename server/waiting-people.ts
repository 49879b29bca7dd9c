/** Who waits to be let in, as somebody has to look at it. */
import type { Problem } from './modulehost/module.ts';

/** Whether or not anybody can still register: who waits goes on waiting. */
export function waitingProblems(count: number): readonly Problem[] {
  if (count === 0) return [];
  const text = count === 1 ? 'Somebody waits to be let in.' : `${count} people wait to be let in.`;
  return [{ code: 'people-waiting', text, fix: 'Open People to let them in, or to send them away.' }];
}

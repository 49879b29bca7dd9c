/** In which order the targets of SRV records are tried (RFC 2782), both kinds merged (XEP-0368 section 3). */
import type { SrvRecord } from './dns-message.ts';

export interface SrvTarget extends Pick<SrvRecord, 'priority' | 'weight' | 'port'> {
  readonly host: string;
  readonly isDirectTls: boolean;
}

/**
 * By priority; within one, drawn by weight: each time a number up to the sum of the weights left picks the next, those
 * of weight zero standing first, so that they have a very small chance.
 *
 * @param random a number from 0 up to, not including, 1
 */
export function orderTargets<T extends SrvTarget>(targets: readonly T[], random: () => number): T[] {
  const priorities = [...new Set(targets.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    drawByWeight(
      targets.filter((target) => target.priority === priority),
      random,
    ),
  );
}

function drawByWeight<T extends SrvTarget>(targets: readonly T[], random: () => number): T[] {
  const left = targets.toSorted((a, b) => Math.min(a.weight, 1) - Math.min(b.weight, 1));
  const drawn: T[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, { weight }) => total + weight, 0);
    const number = Math.floor(random() * (sum + 1));
    let running = 0;
    const at = left.findIndex(({ weight }) => {
      running += weight;
      return running >= number;
    });
    drawn.push(...left.splice(at, 1));
  }
  return drawn;
}

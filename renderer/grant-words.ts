/** What a bridge may do besides what every bridge can, in one line. */
import type { ComponentSummary } from '../server/control/contract.ts';
import { texts } from './texts.ts';

const { may } = texts.bridges;

export type Grants = ComponentSummary['grants'];

export function summarizeGrants({ roster, message, presence, iq, delegated }: Grants): string {
  const parts = [
    ...(roster === 'none' ? [] : [may.rosters[roster]]),
    ...(message === 'none' ? [] : [may.message]),
    ...(presence === 'none' ? [] : [may.presences[presence]]),
    ...(iq.length === 0 ? [] : [may.iq(iq.length)]),
    ...(delegated.length === 0 ? [] : [may.delegated(delegated.length)]),
  ];
  return parts.length === 0 ? may.nothing : parts.join(' · ');
}

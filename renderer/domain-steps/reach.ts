/** How the way in from the internet stands, as far as it can be known on this side of the router. */
import type { DomainReportSummary, PortMappingSummary } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';
import type { StepState } from './step.ts';

const words = texts.federation.steps.reach.summaries;

type Hint = DomainReportSummary['hints'][number];

export function readReachStep(
  mapping: PortMappingSummary | undefined,
  report: DomainReportSummary | undefined,
): StepState {
  if (mapping === undefined) return { mark: 'busy', summary: texts.loading };
  if (mapping.hint !== null || report?.hints.some(isObstacle) === true) return { mark: 'warn', summary: words.blocked };
  switch (mapping.state) {
    case 'working':
      return { mark: 'busy', summary: words.working };
    case 'failed':
      return { mark: 'warn', summary: mapping.failure ?? words.failed };
    case 'off':
      return { mark: 'unknown', summary: words.off };
    case 'on':
      if (mapping.ports.some(({ state }) => state === 'refused')) return { mark: 'warn', summary: words.partly };
      return { mark: 'unknown', summary: words.on };
  }
}

/** What keeps everybody out; other hints explain. */
function isObstacle({ code }: Hint): boolean {
  return code === 'carrier-nat' || code === 'private-router' || code === 'rebind-protection';
}

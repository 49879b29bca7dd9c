/** How the DNS records stand. */
import type { DomainReportSummary } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';
import type { StepState } from './step.ts';

const words = texts.federation.steps.records;

type DnsRecord = DomainReportSummary['records'][number];

export function readRecordsStep(report: DomainReportSummary | undefined): StepState {
  if (report === undefined) return { mark: 'busy', summary: words.checking };
  if (report.refusal !== null) return { mark: 'warn', summary: report.refusal };
  const lacking = report.records.filter(isLacking);
  const required = lacking.filter(({ need }) => need === 'required').length;
  if (required > 0) return { mark: 'todo', summary: words.missing(required) };
  // One that leads elsewhere does harm, whether it is needed or not.
  const wrong = lacking.filter(({ verdict }) => verdict === 'different').length;
  if (wrong > 0) return { mark: 'warn', summary: words.missing(wrong) };
  if (report.records.some(({ need, verdict }) => need === 'required' && verdict === 'unknown'))
    return { mark: 'unknown', summary: words.unknown };
  const better = lacking.filter(({ need }) => need === 'recommended').length;
  return { mark: 'done', summary: better > 0 ? words.better(better) : words.done };
}

export function isLacking({ verdict }: DnsRecord): boolean {
  return verdict === 'missing' || verdict === 'different';
}

/** A line as providers import it and name servers read it (RFC 1035 section 5.1); undefined where the value is not known. */
export function zoneLine({ type, name, wanted }: DnsRecord): string | undefined {
  if (wanted === null) return undefined;
  const kind = type === 'A/AAAA' ? (wanted.includes(':') ? 'AAAA' : 'A') : type;
  return `${name}. IN ${kind} ${wanted}`;
}

/** A domain of one's own, as a checklist: the name, its DNS records, the certificate, the way in from outside. */
import { useState } from 'react';
import type { DomainReportSummary, FederationOverview } from '../../server/control/contract.ts';
import { readCertificateStep } from '../domain-steps/certificate.ts';
import { readReachStep } from '../domain-steps/reach.ts';
import { readRecordsStep } from '../domain-steps/records.ts';
import { useCertificateRequest, useDomainReport, usePortMapping, useStatus } from '../queries.ts';
import { texts } from '../texts.ts';
import { CertificateStep } from './certificate-step.tsx';
import { CopyButton } from './copy-button.tsx';
import { DnsRecords } from './dns-records.tsx';
import css from './domain-steps.module.css';
import { Fact, Facts } from './facts.tsx';
import { ReachStep } from './reach-step.tsx';
import { SetupStep, type StepMark } from './setup-step.tsx';

const words = texts.federation.steps;

export function DomainSteps({ federation }: { readonly federation: FederationOverview }) {
  const report = useDomainReport();
  const { data: request } = useCertificateRequest();
  const { data: mapping } = usePortMapping();
  const { data: status } = useStatus();
  const { data } = report;
  const records = readRecordsStep(data);
  const certificate = readCertificateStep(status?.certificate, request, status?.problems);
  const reach = readReachStep(mapping, data);
  const domainMark: StepMark = data === undefined || data.refusal === null ? 'done' : 'warn';
  const marks = [domainMark, records.mark, certificate.mark, reach.mark];
  const first = useFirstOpen(marks);
  const done = marks.filter((mark) => mark === 'done').length;
  return (
    <section className={css.card} aria-label={words.title}>
      <div className={css.head}>
        <div>
          <h2 className={css.title}>{words.title}</h2>
          <p className={css.text}>{words.text}</p>
        </div>
        <span className={css.progress}>
          {marks.every((mark) => mark === 'done' || mark === 'unknown')
            ? words.complete
            : words.progress(done, marks.length)}
        </span>
      </div>
      <ol className={css.steps}>
        <SetupStep
          title={words.domain.title}
          mark={domainMark}
          summary={domainSummary(federation.domain, data)}
          isOpenAtFirst={first === 0}
        >
          <p className={css.text}>{words.domain.text(federation.domain)}</p>
          <span className={css.name}>
            <strong>{federation.domain}</strong>
            <CopyButton text={federation.domain} what={words.domain.name} />
          </span>
        </SetupStep>
        <SetupStep title={words.records.title} {...records} isOpenAtFirst={first === 1}>
          <DnsRecords
            report={data}
            isAsking={report.isFetching}
            failure={report.error}
            again={() => void report.refetch()}
          />
        </SetupStep>
        <SetupStep title={words.certificate.title} {...certificate} isOpenAtFirst={first === 2}>
          <CertificateStep shown={status?.certificate} request={request} />
        </SetupStep>
        <SetupStep title={words.reach.title} {...reach} isOpenAtFirst={first === 3}>
          <Facts>
            <Fact name={words.reach.forServers} value={serverPorts(federation)} />
          </Facts>
          <ReachStep mapping={mapping} hints={data?.hints ?? []} />
        </SetupStep>
      </ol>
    </section>
  );
}

function domainSummary(domain: string, report: DomainReportSummary | undefined): string {
  return report?.refusal ?? words.domain.summary(domain);
}

function serverPorts({ state, ports }: FederationOverview): string {
  const open = [ports.s2s, ports.s2sTls].filter((port) => port !== null);
  if (open.length > 0) return open.join(', ');
  return state === 'on' ? words.reach.none : words.reach.closed;
}

/** The first that needs somebody, once all is known; it stays where it is while people work on it. */
function useFirstOpen(marks: readonly StepMark[]): number | undefined {
  const [first, setFirst] = useState<number>();
  const index = marks.findIndex((mark) => mark === 'todo' || mark === 'warn');
  const isKnown = !marks.slice(0, index < 0 ? marks.length : index).includes('busy');
  if (first === undefined && index >= 0 && isKnown) setFirst(index);
  return first;
}

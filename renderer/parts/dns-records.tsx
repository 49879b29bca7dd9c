/** The DNS records to create beside those that are seen, each with its verdict. */
import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import type { DomainReportSummary } from '../../server/control/contract.ts';
import { isLacking, zoneLine } from '../domain-steps/records.ts';
import { sentenceOf, useClient } from '../queries.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { CopyButton } from './copy-button.tsx';
import css from './dns-records.module.css';
import { Icon, type IconName } from './icons.tsx';
import { LoadFailure, Loading } from './notice.tsx';

const words = texts.federation.steps.records;

const { columns } = words;

type DnsRecord = DomainReportSummary['records'][number];

const icons: Readonly<Record<DnsRecord['verdict'], IconName>> = {
  ok: 'check',
  missing: 'plus',
  different: 'warn',
  unknown: 'question',
};

interface DnsRecordsProps {
  readonly report: DomainReportSummary | undefined;
  readonly isAsking: boolean;
  readonly failure: unknown;
  readonly again: () => void;
}

export function DnsRecords({ report, isAsking, failure, again }: DnsRecordsProps) {
  const isOnline = useClient() !== undefined;
  const [isAll, setAll] = useState(false);
  if (report === undefined) {
    return failure === null ? <Loading rows={5} /> : <LoadFailure sentence={sentenceOf(failure)} retry={again} />;
  }
  if (report.refusal !== null) return <p className={css.text}>{report.refusal}</p>;
  const isShown = ({ need, verdict }: DnsRecord): boolean => isAll || need !== 'optional' || verdict === 'different';
  const hasOptional = report.records.some((record) => record.need === 'optional' && record.verdict !== 'different');
  const lines = report.records
    .filter((record) => isShown(record) && isLacking(record))
    .flatMap((record) => zoneLine(record) ?? []);
  return (
    <>
      <p className={css.text}>{words.text}</p>
      <div className={css.frame}>
        <RecordsTable records={report.records.filter(isShown)} />
      </div>
      <div className={css.feet}>
        <Button
          variant="default"
          size="sm"
          leftSection={<Icon name="restart" size={16} />}
          loading={isAsking}
          disabled={!isOnline}
          onClick={again}
        >
          {words.again}
        </Button>
        {lines.length === 0 ? null : <CopyButton text={`${lines.join('\n')}\n`} what={words.copyAll} isWide isNamed />}
        <span className={css.checked} role="status">
          {isAsking ? (
            words.checking
          ) : (
            <>
              {words.checkedAt} <Ago iso={report.checkedAt} />
            </>
          )}
        </span>
        {hasOptional ? (
          <Checkbox
            className={css.optional}
            size="sm"
            label={words.optional}
            checked={isAll}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        ) : null}
      </div>
    </>
  );
}

function RecordsTable({ records }: { readonly records: readonly DnsRecord[] }) {
  return (
    <table className={css.table} aria-label={words.table}>
      <thead>
        <tr>
          <th scope="col">{columns.type}</th>
          <th scope="col">{columns.name}</th>
          <th scope="col">{columns.wanted}</th>
          <th scope="col">{columns.seen}</th>
          <th scope="col">{columns.verdict}</th>
        </tr>
      </thead>
      {records.map((record) => (
        <RecordRows key={`${record.type} ${record.name}`} record={record} />
      ))}
    </table>
  );
}

/** Two rows: the record, and below it the sentence about it, which needs more room than a column has. */
function RecordRows({ record: { type, name, wanted, seen, verdict, need, text } }: { readonly record: DnsRecord }) {
  return (
    <tbody>
      <tr className={css.record}>
        <td className={css.type}>{type}</td>
        <td className={css.name}>
          <span className={css.copied}>
            <code>{name}</code>
            <CopyButton text={name} what={words.copyName(name)} />
          </span>
        </td>
        <td className={css.wanted} data-label={columns.wanted}>
          {wanted === null ? (
            <span className={css.dim}>{words.anyValue}</span>
          ) : (
            <span className={css.copied}>
              <code>{wanted}</code>
              <CopyButton text={wanted} what={words.copyValue(name)} />
            </span>
          )}
        </td>
        <td className={css.seen} data-label={columns.seen}>
          {seen.length === 0 ? (
            <span className={css.dim}>{words.seenNothing}</span>
          ) : (
            seen.map((value) => <code key={value}>{value}</code>)
          )}
        </td>
        <td className={css.outcome}>
          <span className={css.verdict} data-verdict={verdict}>
            <Icon name={icons[verdict]} size={14} />
            {words.verdicts[verdict]}
          </span>
        </td>
      </tr>
      <tr className={css.about}>
        <td colSpan={5}>
          <span className={css.need}>{words.needs[need]}</span> {text}
        </td>
      </tr>
    </tbody>
  );
}

/** The entries of the audit log as a table. */
import { Table } from '@mantine/core';
import type { AuditEntrySummary } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import css from './table.module.css';

const words = texts.audit;

export function AuditTable({ entries }: { readonly entries: readonly AuditEntrySummary[] }) {
  const { columns } = words;
  return (
    <Table className={css.table} highlightOnHover aria-label={texts.pages.audit}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{columns.at}</Table.Th>
          <Table.Th className={css.actor}>{columns.actor}</Table.Th>
          <Table.Th className={css.first}>{columns.deed}</Table.Th>
          <Table.Th>{columns.outcome}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map((entry) => (
          <Table.Tr key={entry.id}>
            <Table.Td className={css.seen}>
              <Ago iso={entry.at} />
            </Table.Td>
            <Table.Td className={css.actor}>
              <div className={css.names}>
                <span className={css.text}>{entry.actor}</span>
                <span className={css.jid}>{words.doors[entry.door]}</span>
              </div>
            </Table.Td>
            <Table.Td className={css.first}>
              <div className={css.names}>
                <span className={css.text}>{words.deeds[entry.deed] ?? entry.deed}</span>
                <span className={css.jid}>
                  {[entry.subject, entry.reason ?? entry.detail].filter(Boolean).join(' · ')}
                </span>
              </div>
            </Table.Td>
            <Table.Td>
              <span className={css.role} data-outcome={entry.outcome}>
                {words.outcomes[entry.outcome]}
              </span>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

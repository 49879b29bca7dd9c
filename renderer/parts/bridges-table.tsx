/** The bridges as a table; what can be done to one is in the menu at its end. */
import { Table, VisuallyHidden } from '@mantine/core';
import type { ComponentSummary } from '../../server/control/contract.ts';
import { formatDate } from '../format.ts';
import { summarizeGrants } from '../grant-words.ts';
import type { BridgeTask } from '../pages/bridges.tsx';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { BridgeMenu } from './bridge-menu.tsx';
import css from './table.module.css';

const words = texts.bridges;

interface BridgesTableProps {
  readonly components: readonly ComponentSummary[];
  readonly begin: (task: BridgeTask, domain: string) => void;
}

export function BridgesTable({ components, begin }: BridgesTableProps) {
  const { columns } = words;
  return (
    <Table className={css.table} highlightOnHover aria-label={texts.pages.bridges}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th className={css.first}>{columns.bridge}</Table.Th>
          <Table.Th>{columns.state}</Table.Th>
          <Table.Th className={css.menu}>
            <VisuallyHidden>{columns.actions}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {components.map((component) => (
          <Table.Tr key={component.domain}>
            <Table.Td className={css.first}>
              <div className={css.names}>
                <span className={css.text}>{component.domain}</span>
                <span className={css.may}>{summarizeGrants(component.grants)}</span>
              </div>
            </Table.Td>
            <Table.Td>
              <State component={component} />
            </Table.Td>
            <Table.Td className={css.menu}>
              <BridgeMenu domain={component.domain} begin={begin} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function State({ component: { connectedSince, address, createdAt } }: { readonly component: ComponentSummary }) {
  return (
    <div className={css.names}>
      {connectedSince === undefined ? (
        <>
          <span className={css.seen}>{words.away}</span>
          <span className={css.note}>{words.addedOn(formatDate(createdAt))}</span>
        </>
      ) : (
        <>
          <span className={css.online}>{words.connected}</span>
          <span className={css.note}>
            {words.since} <Ago iso={connectedSince} />
            {address === undefined ? null : ` ${words.from(address)}`}
          </span>
        </>
      )}
    </div>
  );
}

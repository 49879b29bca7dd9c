/** The accounts as a table; what can be done to one is in the menu at its end. */
import { Table, VisuallyHidden } from '@mantine/core';
import type { AccountSummary } from '../../server/control/contract.ts';
import type { PersonTask } from '../pages/people.tsx';
import { roleName } from '../role-name.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { PersonMark } from './person-mark.tsx';
import { PersonMenu } from './person-menu.tsx';
import { PersonState } from './person-state.tsx';
import css from './table.module.css';

const words = texts.people;

interface PeopleTableProps {
  readonly accounts: readonly AccountSummary[];
  readonly begin: (task: PersonTask, localpart: string) => void;
}

export function PeopleTable({ accounts, begin }: PeopleTableProps) {
  const { columns } = words;
  return (
    <Table className={css.table} highlightOnHover aria-label={texts.pages.people}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th className={css.first}>{columns.person}</Table.Th>
          <Table.Th>{columns.role}</Table.Th>
          <Table.Th>{columns.state}</Table.Th>
          <Table.Th>{columns.lastSeen}</Table.Th>
          <Table.Th className={css.number}>{columns.devices}</Table.Th>
          <Table.Th className={css.menu}>
            <VisuallyHidden>{columns.actions}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {accounts.map((account) => (
          <PersonRow key={account.localpart} account={account} begin={begin} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface PersonRowProps extends Pick<PeopleTableProps, 'begin'> {
  readonly account: AccountSummary;
}

function PersonRow({ account, begin }: PersonRowProps) {
  const { localpart, jid, role, status, lastSeen, sessions } = account;
  const isOut = status !== 'enabled';
  return (
    <Table.Tr data-disabled={isOut}>
      <Table.Td className={css.first}>
        <div className={css.person}>
          <PersonMark name={localpart} isFaded={isOut} />
          <div className={css.names}>
            <button
              type="button"
              className={css.name}
              aria-label={words.details(localpart)}
              onClick={() => begin('details', localpart)}
            >
              {localpart}
            </button>
            <span className={css.jid}>{jid}</span>
          </div>
        </div>
      </Table.Td>
      <Table.Td>
        <span className={css.role} data-role={role}>
          {roleName(role)}
        </span>
      </Table.Td>
      <Table.Td>
        <PersonState account={account} />
      </Table.Td>
      <Table.Td className={css.seen}>
        {sessions > 0 ? (
          <span className={css.online}>{words.online}</span>
        ) : lastSeen === undefined ? (
          words.never
        ) : (
          <Ago iso={lastSeen} />
        )}
      </Table.Td>
      <Table.Td className={css.number}>{sessions}</Table.Td>
      <Table.Td className={css.menu}>
        <PersonMenu account={account} begin={begin} />
      </Table.Td>
    </Table.Tr>
  );
}

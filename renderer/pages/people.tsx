/** People: every account, and what can be done for it. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { AccountSummary } from '../../server/control/contract.ts';
import { AddPerson } from '../parts/add-person.tsx';
import { ChangeRole } from '../parts/change-role.tsx';
import { GroupsSheet } from '../parts/groups-sheet.tsx';
import { Icon } from '../parts/icons.tsx';
import { InviteButton } from '../parts/invite-button.tsx';
import { LoadFailure, Loading, Notice } from '../parts/notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { PeopleTable } from '../parts/people-table.tsx';
import { PersonDrawer } from '../parts/person-drawer.tsx';
import { RemovePerson } from '../parts/remove-person.tsx';
import { ResetPassword } from '../parts/reset-password.tsx';
import { RolesSheet } from '../parts/roles-sheet.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { TellEverybody } from '../parts/tell-everybody.tsx';
import { WaitingPeople } from '../parts/waiting-people.tsx';
import { sentenceOf, useAccounts, useClient, useStatus } from '../queries.ts';
import { texts } from '../texts.ts';
import css from './page.module.css';

const words = texts.people;

/** What is done to a person in a dialog of its own. */
export type PersonTask = 'details' | 'reset' | 'role' | 'remove';

interface Open {
  readonly task: PersonTask;
  readonly localpart: string;
}

export function PeoplePage() {
  const accounts = useAccounts();
  const isOnline = useClient() !== undefined;
  const [query, setQuery] = useState('');
  const [sheet, setSheet] = useState<'add' | 'roles' | 'groups' | 'everybody'>();
  const closeSheet = (): void => setSheet(undefined);
  const [open, setOpen] = useState<Open>();
  const { data } = accounts;
  const here = data?.filter(({ status }) => status !== 'pending');
  const shown = here?.filter(({ jid }) => jid.toLowerCase().includes(query.trim().toLowerCase()));

  return (
    <>
      <PageHead title={texts.pages.people} text={here === undefined ? undefined : words.intro(here.length)}>
        <Button
          variant="default"
          leftSection={<Icon name="plus" />}
          disabled={!isOnline}
          onClick={() => setSheet('add')}
        >
          {words.add}
        </Button>
        <InviteButton />
      </PageHead>
      <div className={css.tools}>
        <SearchField label={words.search} value={query} change={setQuery} />
        <div className={css.sheets}>
          <Button variant="default" leftSection={<Icon name="speak" />} onClick={() => setSheet('everybody')}>
            {texts.everybody.open}
          </Button>
          <Button variant="default" leftSection={<Icon name="people" />} onClick={() => setSheet('groups')}>
            {texts.groups.open}
          </Button>
          <Button variant="default" leftSection={<Icon name="shield" />} onClick={() => setSheet('roles')}>
            {texts.roles.open}
          </Button>
        </div>
      </div>
      <WaitingPeople accounts={(data ?? []).filter(({ status }) => status === 'pending')} />
      <div className={css.sheet}>
        {shown === undefined ? (
          accounts.isError ? (
            <LoadFailure sentence={sentenceOf(accounts.error)} retry={() => void accounts.refetch()} />
          ) : (
            <div className={css.padded}>
              <Loading rows={7} />
            </div>
          )
        ) : shown.length > 0 ? (
          <PeopleTable accounts={shown} begin={(task, localpart) => setOpen({ task, localpart })} />
        ) : query.trim() === '' ? (
          <Notice icon="people" title={words.empty} text={words.emptyText} />
        ) : (
          <Notice icon="search" title={words.nothingFound(query.trim())} text={words.nothingFoundText}>
            <Button variant="default" onClick={() => setQuery('')}>
              {words.clearSearch}
            </Button>
          </Notice>
        )}
      </div>
      <AddPersonForDomain isOpen={sheet === 'add'} close={closeSheet} />
      <GroupsSheet isOpen={sheet === 'groups'} close={closeSheet} />
      <RolesSheet isOpen={sheet === 'roles'} close={closeSheet} />
      <TellEverybody isOpen={sheet === 'everybody'} close={closeSheet} />
      <Tasks open={open} accounts={data ?? []} close={() => setOpen(undefined)} />
    </>
  );
}

function AddPersonForDomain({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }) {
  const { data: status } = useStatus();
  return <AddPerson isOpen={isOpen} domain={status?.domain ?? ''} close={close} />;
}

interface TasksProps {
  readonly open: Open | undefined;
  readonly accounts: readonly AccountSummary[];
  readonly close: () => void;
}

/** Each dialog is there all the time, so that it can leave as gently as it came. */
function Tasks({ open, accounts, close }: TasksProps) {
  const accountFor = (task: PersonTask): AccountSummary | undefined =>
    open?.task === task ? accounts.find(({ localpart }) => localpart === open.localpart) : undefined;
  return (
    <>
      <PersonDrawer account={accountFor('details')} close={close} />
      <ResetPassword account={accountFor('reset')} close={close} />
      <ChangeRole account={accountFor('role')} close={close} />
      <RemovePerson account={accountFor('remove')} close={close} />
    </>
  );
}

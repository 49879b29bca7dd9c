/** What can be done to a person. Disabling takes effect at once, as it can be taken back; the rest asks. */
import { ActionIcon, Menu } from '@mantine/core';
import { useRef } from 'react';
import type { AccountSummary } from '../../server/control/contract.ts';
import type { PersonTask } from '../pages/people.tsx';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';
import css from './table.module.css';
import { tell, tellFailure } from './tell.ts';

const words = texts.people;

interface PersonMenuProps {
  readonly account: AccountSummary;
  readonly begin: (task: PersonTask, localpart: string) => void;
}

export function PersonMenu({ account, begin }: PersonMenuProps) {
  const { localpart, isDisabled, status } = account;
  const target = useRef<HTMLButtonElement>(null);
  // The focus goes back to where a dialog was opened from; the menu's own row will be gone by then.
  const open = (task: PersonTask): void => {
    target.current?.focus();
    begin(task, localpart);
  };
  const isOnline = useClient() !== undefined;
  const toggle = useDeed(
    (client, turn: 'enable' | 'disable') => client.accounts[turn]({ localpart }),
    ['accounts', 'sessions'],
  );
  const turn = isDisabled ? 'enable' : 'disable';
  const carryOut = (): void => {
    toggle.mutateAsync(turn).then(() => tell(words.told[`${turn}d`](localpart)), tellFailure);
  };
  const isDeleted = status === 'deleted';
  const restore = useDeed((client, name: string) => client.accounts.restore({ localpart: name }), ['accounts']);
  const takeBack = (): void => {
    restore.mutateAsync(localpart).then(() => tell(texts.lifetimes.restored(localpart)), tellFailure);
  };
  return (
    // Within the page's landmark, and outside of the table, which would cut it off.
    <Menu position="bottom-end" width={220} shadow="md" portalProps={{ target: '#page' }}>
      <Menu.Target>
        <ActionIcon ref={target} variant="subtle" color="gray" size="md" aria-label={words.actionsFor(localpart)}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown aria-label={words.actionsFor(localpart)}>
        <Menu.Item leftSection={<Icon name="device" />} onClick={() => open('details')}>
          {words.menu.details}
        </Menu.Item>
        {isDeleted ? (
          <Menu.Item leftSection={<Icon name="undo" />} disabled={!isOnline} onClick={takeBack}>
            {texts.lifetimes.restore}
          </Menu.Item>
        ) : (
          <>
            <Menu.Item leftSection={<Icon name="key" />} disabled={!isOnline} onClick={() => open('reset')}>
              {words.menu.reset}
            </Menu.Item>
            <Menu.Item leftSection={<Icon name="shield" />} disabled={!isOnline} onClick={() => open('role')}>
              {words.menu.role}
            </Menu.Item>
            <Menu.Item
              leftSection={<Icon name={isDisabled ? 'check' : 'ban'} />}
              disabled={!isOnline}
              onClick={carryOut}
            >
              {words.menu[turn]}
            </Menu.Item>
          </>
        )}
        <Menu.Divider />
        <Menu.Item
          className={css.danger}
          leftSection={<Icon name="trash" />}
          disabled={!isOnline}
          onClick={() => open('remove')}
        >
          {isDeleted ? texts.lifetimes.removeNow : words.menu.remove}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** What can be done to a bridge. */
import { ActionIcon, Menu } from '@mantine/core';
import { useRef } from 'react';
import type { BridgeTask } from '../pages/bridges.tsx';
import { useClient } from '../queries.ts';
import { texts } from '../texts.ts';
import { Icon, type IconName } from './icons.tsx';
import css from './table.module.css';

const words = texts.bridges;
const tasks: readonly { readonly task: BridgeTask; readonly icon: IconName }[] = [
  { task: 'grants', icon: 'shield' },
  { task: 'renew', icon: 'key' },
];

interface BridgeMenuProps {
  readonly domain: string;
  readonly begin: (task: BridgeTask, domain: string) => void;
}

export function BridgeMenu({ domain, begin }: BridgeMenuProps) {
  const target = useRef<HTMLButtonElement>(null);
  const isOnline = useClient() !== undefined;
  // The focus goes back to where a dialog was opened from; the menu's own row will be gone by then.
  const open = (task: BridgeTask): void => {
    target.current?.focus();
    begin(task, domain);
  };
  return (
    // Within the page's landmark, and outside of the table, which would cut it off.
    <Menu position="bottom-end" width={220} shadow="md" portalProps={{ target: '#page' }}>
      <Menu.Target>
        <ActionIcon ref={target} variant="subtle" color="gray" size="md" aria-label={words.actionsFor(domain)}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown aria-label={words.actionsFor(domain)}>
        {tasks.map(({ task, icon }) => (
          <Menu.Item key={task} leftSection={<Icon name={icon} />} disabled={!isOnline} onClick={() => open(task)}>
            {words.menu[task]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          className={css.danger}
          leftSection={<Icon name="trash" />}
          disabled={!isOnline}
          onClick={() => open('remove')}
        >
          {words.menu.remove}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

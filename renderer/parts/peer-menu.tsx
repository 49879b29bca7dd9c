/** What can be done about another server. */
import { ActionIcon, Menu } from '@mantine/core';
import { useRef } from 'react';
import type { FederationPeer } from '../../server/control/contract.ts';
import { useClient } from '../queries.ts';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';
import type { PeerTask } from './peers-card.tsx';

const words = texts.federation.peers;

interface PeerMenuProps {
  readonly peer: FederationPeer;
  readonly begin: (task: PeerTask, domain: string) => void;
  readonly disconnect: (domain: string) => void;
}

export function PeerMenu({ peer: { domain, outgoing, incoming }, begin, disconnect }: PeerMenuProps) {
  const target = useRef<HTMLButtonElement>(null);
  const isOnline = useClient() !== undefined;
  // The focus goes back to where a dialog was opened from; the menu's own row will be gone by then.
  const open = (task: PeerTask): void => {
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
        <Menu.Item leftSection={<Icon name="activity" />} disabled={!isOnline} onClick={() => open('test')}>
          {words.menu.test}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="shield" />} disabled={!isOnline} onClick={() => open('pin')}>
          {words.menu.pin}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<Icon name="offline" />}
          disabled={!isOnline || outgoing.length + incoming.length === 0}
          onClick={() => disconnect(domain)}
        >
          {words.menu.disconnect}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

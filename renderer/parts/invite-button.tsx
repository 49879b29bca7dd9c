/** Opens the sheet in which somebody is invited. */
import { Button } from '@mantine/core';
import { openSheet } from '../route.ts';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';

export function InviteButton() {
  return (
    <Button leftSection={<Icon name="plus" />} onClick={() => openSheet('invite')}>
      {texts.invite.open}
    </Button>
  );
}

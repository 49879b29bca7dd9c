/** Asks once before a role is gone. The server refuses while somebody has it, and says so here. */
import { Text } from '@mantine/core';
import type { RoleSummary } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';
import { ConfirmRemoval } from './confirm-removal.tsx';

const words = texts.roles;

export function RemoveRole({ role: { name }, back }: { readonly role: RoleSummary; readonly back: () => void }) {
  return (
    <ConfirmRemoval
      remove={(client) => client.roles.remove({ name })}
      keys={['roles']}
      words={words}
      name={name}
      back={back}
    >
      <Text size="sm">{words.removeText}</Text>
    </ConfirmRemoval>
  );
}

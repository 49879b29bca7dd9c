/** Asks once before a group is gone, and says what goes with it. */
import { Text } from '@mantine/core';
import type { GroupSummary } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';
import { ConfirmRemoval } from './confirm-removal.tsx';

const words = texts.groups;

export function RemoveGroup({ group, back }: { readonly group: GroupSummary; readonly back: () => void }) {
  const { id, name, room } = group;
  return (
    <ConfirmRemoval
      remove={(client) => client.groups.remove({ id })}
      keys={['groups']}
      words={words}
      name={name}
      back={back}
    >
      <Text size="sm">{words.removeText}</Text>
      {room === undefined ? null : (
        <Text size="sm" mt="sm">
          {words.removeRoomText(room)}
        </Text>
      )}
    </ConfirmRemoval>
  );
}

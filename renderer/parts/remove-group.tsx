/** Asks once before a group is gone, and says what goes with it. */
import { Button, Group, Text } from '@mantine/core';
import type { GroupSummary } from '../../server/control/contract.ts';
import { useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Refusal } from './refusal.tsx';
import { tell } from './tell.ts';

const words = texts.groups;

export function RemoveGroup({ group, back }: { readonly group: GroupSummary; readonly back: () => void }) {
  const { id, name, room } = group;
  const remove = useDeed((client, _: undefined) => client.groups.remove({ id }), ['groups']);
  const confirm = (): void => {
    remove.mutate(undefined, {
      onSuccess: () => {
        tell(words.removed(name));
        back();
      },
    });
  };
  return (
    <>
      <Text size="sm">{words.removeText}</Text>
      {room === undefined ? null : (
        <Text size="sm" mt="sm">
          {words.removeRoomText(room)}
        </Text>
      )}
      <Refusal error={remove.error} />
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={back} data-first>
          {texts.cancel}
        </Button>
        <Button color="red" loading={remove.isPending} onClick={confirm}>
          {words.removeSubmit}
        </Button>
      </Group>
    </>
  );
}

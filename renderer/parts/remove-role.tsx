/** Asks once before a role is gone. The server refuses while somebody has it, and says so here. */
import { Button, Group, Text } from '@mantine/core';
import type { RoleSummary } from '../../server/control/contract.ts';
import { useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Refusal } from './refusal.tsx';
import { tell } from './tell.ts';

const words = texts.roles;

export function RemoveRole({ role, back }: { readonly role: RoleSummary; readonly back: () => void }) {
  const { name } = role;
  const remove = useDeed((client, _: undefined) => client.roles.remove({ name }), ['roles']);
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

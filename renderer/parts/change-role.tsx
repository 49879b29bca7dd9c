/** Another role for a person. The server refuses to lose its last administrator, and says so here. */
import { Button, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { AccountSummary } from '../../server/control/contract.ts';
import { sentenceOf, useDeed } from '../queries.ts';
import { roleName } from '../role-name.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { RoleChoice } from './role-choice.tsx';
import { tell } from './tell.ts';
import { useLast } from './use-last.ts';

const words = texts.people;

interface ChangeRoleProps {
  readonly account: AccountSummary | undefined;
  readonly close: () => void;
}

export function ChangeRole({ account, close }: ChangeRoleProps) {
  const shown = useLast(account);
  const [role, setRole] = useState('member');
  const change = useDeed(
    (client, input: { localpart: string; role: string }) => client.accounts.setRole(input),
    ['accounts'],
  );
  const { reset: forgetOutcome } = change;
  const openFor = account?.localpart;
  const roleNow = account?.role;
  useEffect(() => {
    if (openFor === undefined || roleNow === undefined) return;
    setRole(roleNow);
    forgetOutcome();
  }, [openFor, roleNow, forgetOutcome]);
  if (shown === undefined) return null;
  const { localpart } = shown;
  const carryOut = (): void =>
    change.mutate(
      { localpart, role },
      {
        onSuccess: () => {
          tell(words.told.role(localpart, roleName(role)));
          close();
        },
      },
    );
  return (
    <Dialog isOpen={account !== undefined} title={words.dialog.roleTitle(localpart)} close={close}>
      <RoleChoice value={role} onChange={setRole} />
      {change.isError ? (
        <Text c="red" size="sm" mt="md" role="alert">
          {sentenceOf(change.error)}
        </Text>
      ) : null}
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={close}>
          {texts.cancel}
        </Button>
        <Button loading={change.isPending} disabled={role === shown.role} onClick={carryOut}>
          {words.dialog.roleSubmit}
        </Button>
      </Group>
    </Dialog>
  );
}

/** The end of an account. What it means is typed before it can be done. */
import { Button, Group, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import type { AccountSummary } from '../../server/control/contract.ts';
import { sentenceOf, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { tell } from './tell.ts';
import { useLast } from './use-last.ts';

const words = texts.people;

interface RemovePersonProps {
  readonly account: AccountSummary | undefined;
  readonly close: () => void;
}

export function RemovePerson({ account, close }: RemovePersonProps) {
  const shown = useLast(account);
  const [typed, setTyped] = useState('');
  const remove = useDeed(
    (client, localpart: string) => client.accounts.remove({ localpart }),
    ['accounts', 'sessions'],
  );
  const { reset: forgetOutcome } = remove;
  const openFor = account?.localpart;
  useEffect(() => {
    if (openFor === undefined) return;
    setTyped('');
    forgetOutcome();
  }, [openFor, forgetOutcome]);
  if (shown === undefined) return null;
  const { localpart, jid } = shown;
  const phrase = words.dialog.removePhrase(localpart);
  const isConfirmed = typed.trim().toLowerCase() === phrase.toLowerCase();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isConfirmed) return;
    remove.mutate(localpart, {
      onSuccess: () => {
        tell(words.told.removed(localpart));
        close();
      },
    });
  };
  return (
    <Dialog isOpen={account !== undefined} title={words.dialog.removeTitle(localpart)} close={close}>
      <form onSubmit={submit}>
        <Text size="sm">{words.dialog.removeText(jid)}</Text>
        <TextInput
          mt="lg"
          label={words.dialog.removePrompt(phrase)}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={remove.isError ? sentenceOf(remove.error) : undefined}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
        />
        <Group justify="flex-end" mt="xl">
          <Button variant="default" onClick={close}>
            {texts.cancel}
          </Button>
          <Button type="submit" color="red" loading={remove.isPending} disabled={!isConfirmed}>
            {words.dialog.removeSubmit}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}

/** The end of an account. It can be restored for a while; what cannot be taken back is typed before it can be done. */
import { Button, Checkbox, Group, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import type { AccountSummary } from '../../server/control/contract.ts';
import { useDeed, useSettings } from '../queries.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { Refusal } from './refusal.tsx';
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
  const [isAtOnce, setAtOnce] = useState(false);
  const { data: settings } = useSettings();
  const graceDays = settings?.find(({ key }) => key === 'accounts.deletionGraceDays')?.value;
  const remove = useDeed(
    (client, input: { localpart: string; isImmediate: boolean }) => client.accounts.remove(input),
    ['accounts', 'sessions'],
  );
  const { reset: forgetOutcome } = remove;
  const openFor = account?.localpart;
  useEffect(() => {
    if (openFor === undefined) return;
    setTyped('');
    setAtOnce(false);
    forgetOutcome();
  }, [openFor, forgetOutcome]);
  if (shown === undefined) return null;
  const { localpart, jid, status } = shown;
  const days = status !== 'deleted' && typeof graceDays === 'number' ? graceDays : 0;
  const isImmediate = days === 0 || isAtOnce;
  const phrase = words.dialog.removePhrase(localpart);
  const isConfirmed = !isImmediate || typed.trim().toLowerCase() === phrase.toLowerCase();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isConfirmed) return;
    const told = isImmediate ? words.told.removed(localpart) : texts.lifetimes.remove.told(localpart);
    remove.mutate(
      { localpart, isImmediate },
      {
        onSuccess: () => {
          tell(told);
          close();
        },
      },
    );
  };
  return (
    <Dialog isOpen={account !== undefined} title={words.dialog.removeTitle(localpart)} close={close}>
      <form onSubmit={submit}>
        <Text size="sm">{isImmediate ? words.dialog.removeText(jid) : texts.lifetimes.remove.text(jid, days)}</Text>
        {days === 0 ? null : (
          <Checkbox
            mt="lg"
            label={texts.lifetimes.remove.atOnce}
            checked={isAtOnce}
            onChange={(event) => setAtOnce(event.currentTarget.checked)}
          />
        )}
        {isImmediate ? (
          <TextInput
            mt="lg"
            label={words.dialog.removePrompt(phrase)}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            data-autofocus
          />
        ) : null}
        <Refusal error={remove.error} />
        <Group justify="flex-end" mt="xl">
          <Button variant="default" onClick={close}>
            {texts.cancel}
          </Button>
          <Button type="submit" color="red" loading={remove.isPending} disabled={!isConfirmed}>
            {isImmediate ? words.dialog.removeSubmit : texts.lifetimes.remove.submit}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}

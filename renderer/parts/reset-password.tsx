/** A new password for somebody who has lost theirs: made by the server, shown once. */
import { Button, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { AccountSummary } from '../../server/control/contract.ts';
import { sentenceOf, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Credentials } from './credentials.tsx';
import { Dialog } from './dialog.tsx';
import { useLast } from './use-last.ts';

const words = texts.people.dialog;

interface ResetPasswordProps {
  readonly account: AccountSummary | undefined;
  readonly close: () => void;
}

export function ResetPassword({ account, close }: ResetPasswordProps) {
  const shown = useLast(account);
  const [password, setPassword] = useState<string>();
  const reset = useDeed((client, localpart: string) => client.accounts.resetPassword({ localpart }));
  const isOpen = account !== undefined;
  const { reset: forgetOutcome } = reset;
  useEffect(() => {
    if (isOpen) return;
    // SECURITY: the password must not wait here for the next time that the dialog opens.
    setPassword(undefined);
    forgetOutcome();
  }, [isOpen, forgetOutcome]);
  if (shown === undefined) return null;
  const { localpart, jid } = shown;
  const carryOut = (): void =>
    reset.mutate(localpart, { onSuccess: ({ generatedPassword }) => setPassword(generatedPassword) });
  return (
    <Dialog
      isOpen={isOpen}
      title={password === undefined ? words.resetTitle(localpart) : words.resetDoneTitle(localpart)}
      close={close}
      closesOnClickOutside={password === undefined}
    >
      {password === undefined ? (
        <>
          <Text size="sm">{words.resetText}</Text>
          {reset.isError ? (
            <Text c="red" size="sm" mt="sm" role="alert">
              {sentenceOf(reset.error)}
            </Text>
          ) : null}
          <Group justify="flex-end" mt="xl">
            <Button variant="default" onClick={close}>
              {texts.cancel}
            </Button>
            <Button loading={reset.isPending} onClick={carryOut} data-autofocus>
              {words.resetSubmit}
            </Button>
          </Group>
        </>
      ) : (
        <>
          <Text size="sm">{words.addedText}</Text>
          <Credentials jid={jid} password={password} />
          <Group justify="flex-end" mt="xl">
            <Button onClick={close}>{texts.done}</Button>
          </Group>
        </>
      )}
    </Dialog>
  );
}

/** Asks once before a thing of a list is gone, in the list's place; what the server refuses is said beside the question. */
import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Client } from '../connection.ts';
import { useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Refusal } from './refusal.tsx';
import { tell } from './tell.ts';

interface ConfirmRemovalProps {
  readonly remove: (client: Client) => Promise<unknown>;
  /** What is read again afterwards. */
  readonly keys: readonly string[];
  readonly words: { readonly removeSubmit: string; readonly removed: (name: string) => string };
  readonly name: string;
  readonly back: () => void;
  /** What goes with it. */
  readonly children: ReactNode;
}

export function ConfirmRemoval({ remove, keys, words, name, back, children }: ConfirmRemovalProps) {
  const removal = useDeed((client, _: undefined) => remove(client), keys);
  const confirm = (): void => {
    removal.mutate(undefined, {
      onSuccess: () => {
        tell(words.removed(name));
        back();
      },
    });
  };
  return (
    <>
      {children}
      <Refusal error={removal.error} />
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={back} data-first>
          {texts.cancel}
        </Button>
        <Button color="red" loading={removal.isPending} onClick={confirm}>
          {words.removeSubmit}
        </Button>
      </Group>
    </>
  );
}

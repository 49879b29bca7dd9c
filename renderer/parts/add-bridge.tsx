/** A new bridge: its name, and then the secret that it proves itself with. */
import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { sentenceOf, useDeed, useStatus } from '../queries.ts';
import { texts } from '../texts.ts';
import { type BridgeAccess, BridgeSecret } from './bridge-secret.tsx';
import { Dialog } from './dialog.tsx';

const words = texts.bridges.dialog;

export function AddBridge({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }) {
  const [added, setAdded] = useState<BridgeAccess>();
  const end = (): void => {
    close();
    // SECURITY: the secret must not wait here for the next time that the dialog opens.
    setAdded(undefined);
  };
  return (
    <Dialog
      isOpen={isOpen}
      title={added === undefined ? words.addTitle : words.addedTitle(added.domain)}
      close={end}
      closesOnClickOutside={false}
    >
      {added === undefined ? <AddForm close={end} onAdded={setAdded} /> : <BridgeSecret access={added} close={end} />}
    </Dialog>
  );
}

interface AddFormProps {
  readonly close: () => void;
  readonly onAdded: (added: BridgeAccess) => void;
}

function AddForm({ close, onAdded }: AddFormProps) {
  const { data: status } = useStatus();
  const domain = status?.domain ?? '';
  const [typed, setTyped] = useState('');
  const name = typed.trim();
  const add = useDeed((client, input: { name: string }) => client.components.add(input), ['components']);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name !== '') add.mutate({ name }, { onSuccess: onAdded });
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextInput
        label={words.name}
        description={name === '' || name.includes('.') ? words.nameHint(domain) : words.becomes(`${name}.${domain}`)}
        placeholder={words.namePlaceholder}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        error={add.isError ? sentenceOf(add.error) : undefined}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
      />
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={close}>
          {texts.cancel}
        </Button>
        <Button type="submit" loading={add.isPending} disabled={name === ''}>
          {words.submit}
        </Button>
      </Group>
    </form>
  );
}

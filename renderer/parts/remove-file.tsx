/** Asks once before a file is gone for everybody. */
import { Button, Group, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { FileSummary } from '../../server/control/contract.ts';
import { sentenceOf, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { tell } from './tell.ts';
import { useLast } from './use-last.ts';

const words = texts.files;

interface RemoveFileProps {
  readonly file: FileSummary | undefined;
  readonly close: () => void;
}

export function RemoveFile({ file, close }: RemoveFileProps) {
  const shown = useLast(file);
  const remove = useDeed((client, id: string) => client.files.remove({ id }), ['files', 'file-usage']);
  const { reset: forgetOutcome } = remove;
  const openFor = file?.id;
  useEffect(() => {
    if (openFor !== undefined) forgetOutcome();
  }, [openFor, forgetOutcome]);
  if (shown === undefined) return null;
  const { id, name, account } = shown;
  const confirm = (): void => {
    remove.mutate(id, {
      onSuccess: () => {
        tell(words.removed(name));
        close();
      },
    });
  };
  return (
    <Dialog isOpen={file !== undefined} title={words.dialog.title} close={close}>
      <Text size="sm">{words.dialog.text(name, account)}</Text>
      {remove.isError ? (
        <Text size="sm" c="red" mt="md" role="alert">
          {sentenceOf(remove.error)}
        </Text>
      ) : null}
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={close} data-autofocus>
          {texts.cancel}
        </Button>
        <Button color="red" loading={remove.isPending} onClick={confirm}>
          {words.dialog.confirm}
        </Button>
      </Group>
    </Dialog>
  );
}

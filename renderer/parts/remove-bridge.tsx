/** Asks once before a bridge is shut out for good. */
import { Button, Group, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { ComponentSummary } from '../../server/control/contract.ts';
import { useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { Refusal } from './refusal.tsx';
import { tell } from './tell.ts';
import { useLast } from './use-last.ts';

const words = texts.bridges;

interface RemoveBridgeProps {
  readonly component: ComponentSummary | undefined;
  readonly close: () => void;
}

export function RemoveBridge({ component, close }: RemoveBridgeProps) {
  const shown = useLast(component);
  const remove = useDeed((client, domain: string) => client.components.remove({ domain }), ['components']);
  const { reset: forgetOutcome } = remove;
  const openFor = component?.domain;
  useEffect(() => {
    if (openFor !== undefined) forgetOutcome();
  }, [openFor, forgetOutcome]);
  if (shown === undefined) return null;
  const { domain } = shown;
  const confirm = (): void => {
    remove.mutate(domain, {
      onSuccess: () => {
        tell(words.removed(domain));
        close();
      },
    });
  };
  return (
    <Dialog isOpen={component !== undefined} title={words.dialog.removeTitle(domain)} close={close}>
      <Text size="sm">{words.dialog.removeText}</Text>
      <Refusal error={remove.error} />
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={close} data-autofocus>
          {texts.cancel}
        </Button>
        <Button color="red" loading={remove.isPending} onClick={confirm}>
          {words.dialog.removeSubmit}
        </Button>
      </Group>
    </Dialog>
  );
}

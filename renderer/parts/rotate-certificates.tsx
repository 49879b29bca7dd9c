/** New certificates: asked once, with what it means for everybody, because nothing brings the old ones back. */
import { Button, Checkbox, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useDeed, useStatus } from '../queries.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { Refusal } from './refusal.tsx';
import { tell } from './tell.ts';

const words = texts.network.trust;

export function RotateCertificates({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }) {
  const [isUnderstood, setUnderstood] = useState(false);
  const { data: status } = useStatus();
  const rotate = useDeed((client, _: undefined) => client.trust.rotate(), ['trust']);
  const { reset: forgetOutcome } = rotate;
  useEffect(() => {
    if (!isOpen) return;
    setUnderstood(false);
    forgetOutcome();
  }, [isOpen, forgetOutcome]);
  const carryOut = (): void => {
    rotate.mutate(undefined, {
      onSuccess: () => {
        tell(words.rotated);
        close();
      },
    });
  };
  return (
    <Dialog isOpen={isOpen} title={words.dialog.title} close={close}>
      <Text size="sm">{words.dialog.text}</Text>
      <Text size="sm" mt="sm">
        {words.dialog.consequence(status?.accounts ?? 0)}
      </Text>
      <Checkbox
        mt="md"
        label={words.dialog.confirm}
        checked={isUnderstood}
        onChange={(event) => setUnderstood(event.currentTarget.checked)}
      />
      <Refusal error={rotate.error} />
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={close} data-autofocus>
          {texts.cancel}
        </Button>
        <Button color="red" disabled={!isUnderstood} loading={rotate.isPending} onClick={carryOut}>
          {words.dialog.submit}
        </Button>
      </Group>
    </Dialog>
  );
}

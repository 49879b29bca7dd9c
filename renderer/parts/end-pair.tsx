/** The end of what two hosts agreed on: asked once, because contacts go with it. */
import { Button, Group, Text } from '@mantine/core';
import type { PairedServerSummary } from '../../server/control/contract.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { Refusal } from './refusal.tsx';
import { tell } from './tell.ts';

const words = texts.pairs;

interface EndPairProps {
  /** Undefined while nobody is asked. */
  readonly server: PairedServerSummary | undefined;
  readonly close: () => void;
}

export function EndPair({ server, close }: EndPairProps) {
  const title = server === undefined ? '' : words.endDialog.title(server.domain);
  return (
    <Dialog isOpen={server !== undefined} title={title} close={close}>
      {server === undefined ? null : <Question domain={server.domain} close={close} />}
    </Dialog>
  );
}

function Question({ domain, close }: { readonly domain: string; readonly close: () => void }) {
  const isOnline = useClient() !== undefined;
  const end = useDeed((client, _: undefined) => client.pairs.remove({ domain }), ['pairs', 'federation']);
  const submit = (): void =>
    end.mutate(undefined, {
      onSuccess: () => {
        tell(words.ended(domain));
        close();
      },
    });
  return (
    <>
      <Text size="sm">{words.endDialog.text(domain)}</Text>
      <Refusal error={end.error} />
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={close} data-autofocus>
          {texts.cancel}
        </Button>
        <Button color="red" disabled={!isOnline} loading={end.isPending} onClick={submit}>
          {words.endDialog.submit}
        </Button>
      </Group>
    </>
  );
}

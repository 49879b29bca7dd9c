/** Start, stop and restart, where the desktop app is there to do it. Stopping asks first: it takes everybody off. */
import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { ServerState } from '../../server/control/contract.ts';
import { desktop } from '../desktop.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';

const words = texts.overview.server;
type Deed = 'startServer' | 'stopServer' | 'restartServer';

export function ServerButtons({ state }: { readonly state: ServerState }) {
  const [busy, setBusy] = useState<Deed>();
  const [isAsking, setAsking] = useState(false);
  const shell = desktop();
  if (shell === undefined) return null;
  const carryOut = (deed: Deed): void => {
    setBusy(deed);
    shell[deed]()
      .catch(() => notifications.show({ color: 'red', message: words.failed }))
      .finally(() => setBusy(undefined));
  };
  const isRunning = state.kind === 'running' || state.kind === 'running-with-problem';
  if (!isRunning) {
    const canStart = state.kind !== 'starting';
    return (
      <Button
        leftSection={<Icon name="play" />}
        loading={busy === 'startServer'}
        disabled={!canStart}
        onClick={() => carryOut('startServer')}
      >
        {words.start}
      </Button>
    );
  }
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon name="restart" />}
        loading={busy === 'restartServer'}
        onClick={() => carryOut('restartServer')}
      >
        {words.restart}
      </Button>
      <Button
        variant="default"
        leftSection={<Icon name="stop" />}
        loading={busy === 'stopServer'}
        onClick={() => setAsking(true)}
      >
        {words.stop}
      </Button>
      <Dialog isOpen={isAsking} title={words.stopTitle} close={() => setAsking(false)}>
        <Text size="sm">{words.stopText(state.online ?? 0)}</Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
            {texts.cancel}
          </Button>
          <Button
            color="red"
            onClick={() => {
              setAsking(false);
              carryOut('stopServer');
            }}
          >
            {words.stopConfirm}
          </Button>
        </Group>
      </Dialog>
    </>
  );
}

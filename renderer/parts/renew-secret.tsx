/** Another secret for a bridge whose own was lost or seen: made by the server, shown once. */
import { Button, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ComponentSummary } from '../../server/control/contract.ts';
import { useComponents, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { BridgeSecret } from './bridge-secret.tsx';
import { Dialog } from './dialog.tsx';
import { Refusal } from './refusal.tsx';
import { useLast } from './use-last.ts';

const words = texts.bridges.dialog;

interface RenewSecretProps {
  readonly component: ComponentSummary | undefined;
  readonly close: () => void;
}

export function RenewSecret({ component, close }: RenewSecretProps) {
  const shown = useLast(component);
  const [secret, setSecret] = useState<string>();
  const { data: listing } = useComponents();
  const renew = useDeed((client, domain: string) => client.components.renewSecret({ domain }), ['components']);
  const isOpen = component !== undefined;
  const { reset: forgetOutcome } = renew;
  useEffect(() => {
    if (isOpen) return;
    // SECURITY: the secret must not wait here for the next time that the dialog opens.
    setSecret(undefined);
    forgetOutcome();
  }, [isOpen, forgetOutcome]);
  if (shown === undefined || listing === undefined) return null;
  const { domain } = shown;
  const { address, port } = listing;
  const carryOut = (): void => renew.mutate(domain, { onSuccess: (made) => setSecret(made.secret) });
  return (
    <Dialog
      isOpen={isOpen}
      title={secret === undefined ? words.renewTitle(domain) : words.renewedTitle(domain)}
      close={close}
      closesOnClickOutside={secret === undefined}
    >
      {secret === undefined ? (
        <>
          <Text size="sm">{words.renewText}</Text>
          <Refusal error={renew.error} />
          <Group justify="flex-end" mt="xl">
            <Button variant="default" onClick={close}>
              {texts.cancel}
            </Button>
            <Button loading={renew.isPending} onClick={carryOut} data-autofocus>
              {words.renewSubmit}
            </Button>
          </Group>
        </>
      ) : (
        <BridgeSecret access={{ domain, secret, address, port }} close={close} />
      )}
    </Dialog>
  );
}

/** Two hosts compare words, and agree: the key that is shown here is the one that is agreed on, and no other. */
import { Button, Checkbox, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { PairedServerSummary, PairsOverview } from '../../server/control/contract.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import css from './paired-servers.module.css';
import { Refusal } from './refusal.tsx';
import { tell } from './tell.ts';

const words = texts.pairs.dialog;

interface PairDialogProps {
  readonly overview: PairsOverview;
  /** Undefined while nobody is asked. */
  readonly server: PairedServerSummary | undefined;
  readonly close: () => void;
}

export function PairDialog({ overview, server, close }: PairDialogProps) {
  return (
    <Dialog
      isOpen={server !== undefined}
      title={server === undefined ? '' : words.title(server.domain)}
      close={close}
      closesOnClickOutside={false}
    >
      {server === undefined ? null : <Comparison overview={overview} server={server} close={close} />}
    </Dialog>
  );
}

function Comparison({ overview, server, close }: PairDialogProps & { readonly server: PairedServerSummary }) {
  const { domain, fingerprint, state } = server;
  const isOnline = useClient() !== undefined;
  const [isCompared, setCompared] = useState(false);
  const consent = useDeed(
    (client, _: undefined) => client.pairs.consent({ domain, fingerprint }),
    ['pairs', 'federation', 'settings'],
  );
  const submit = (): void =>
    consent.mutate(undefined, {
      onSuccess: ({ servers }) => {
        const isPaired = servers.some((one) => one.domain === domain && one.state === 'paired');
        tell(isPaired ? words.agreed(domain) : words.asked(domain));
        close();
      },
    });
  // In the same order in both windows.
  const lines = [
    { domain: overview.domain, words: overview.words, title: words.here(overview.domain) },
    { domain, words: server.words, title: words.there(domain) },
  ].sort((one, other) => (one.domain < other.domain ? -1 : 1));
  return (
    <>
      <Text size="sm">{words.text(domain)}</Text>
      <dl className={css.lines}>
        {lines.map((line) => (
          <div key={line.domain} className={css.line}>
            <dt>{line.title}</dt>
            <dd>{line.words}</dd>
          </div>
        ))}
      </dl>
      <Checkbox
        label={words.compared(domain)}
        checked={isCompared}
        onChange={(event) => setCompared(event.currentTarget.checked)}
      />
      <Refusal error={consent.error} />
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={close} data-autofocus>
          {texts.cancel}
        </Button>
        <Button disabled={!isOnline || !isCompared} loading={consent.isPending} onClick={submit}>
          {state === 'asked' ? words.agree : words.ask}
        </Button>
      </Group>
    </>
  );
}

/** Whom the server talks with, since when and how, and why it does not; with a test of any server. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { FederationOverview } from '../../server/control/contract.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { Notice } from './notice.tsx';
import css from './peers-card.module.css';
import { PeersTable } from './peers-table.tsx';
import { PinCertificate } from './pin-certificate.tsx';
import { tell, tellFailure } from './tell.ts';
import { TestServer } from './test-server.tsx';

const words = texts.federation.peers;

/** What is done to a server in a dialog of its own. */
export type PeerTask = 'test' | 'pin';

interface Open {
  readonly task: PeerTask;
  /** Of the one that the menu belongs to. */
  readonly domain?: string;
  /** Of the certificate that it has shown. */
  readonly fingerprint?: string;
}

export function PeersCard({ federation }: { readonly federation: FederationOverview }) {
  const { state, peers, queue } = federation;
  const isOnline = useClient() !== undefined;
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  // Not in the row of the server, which may be gone before the answer is there.
  const end = useDeed((client, domain: string) => client.federation.disconnect({ domain }), ['federation']);
  const disconnect = (domain: string): void =>
    end.mutate(domain, { onSuccess: () => tell(words.disconnected(domain)), onError: tellFailure });
  return (
    <section className={css.card} aria-label={words.title}>
      <div className={css.head}>
        <div>
          <h2 className={css.title}>{words.title}</h2>
          <p className={css.text}>
            {queue.messages === 0 ? words.text : words.queue(queue.messages)}
            {queue.messages === 0 || queue.oldest === undefined ? null : (
              <>
                {' '}
                {words.oldest} <Ago iso={queue.oldest} />
              </>
            )}
          </p>
        </div>
        <Button
          variant="default"
          size="sm"
          disabled={!isOnline || state !== 'on'}
          onClick={() => setOpen({ task: 'test' })}
        >
          {texts.federation.test.open}
        </Button>
      </div>
      {peers.length > 0 ? (
        <PeersTable peers={peers} begin={(task, domain) => setOpen({ task, domain })} disconnect={disconnect} />
      ) : state === 'off' ? (
        <Notice icon="federation" title={words.off} text={words.offText} />
      ) : (
        <Notice icon="federation" title={words.empty} text={words.emptyText} />
      )}
      <TestServer
        isOpen={open?.task === 'test'}
        domain={open?.domain ?? ''}
        close={close}
        pin={(domain, fingerprint) => setOpen({ task: 'pin', domain, fingerprint })}
      />
      <PinCertificate
        isOpen={open?.task === 'pin'}
        domain={open?.domain ?? ''}
        fingerprint={open?.fingerprint}
        close={close}
      />
    </section>
  );
}

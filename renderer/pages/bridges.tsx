/** Bridges: programs that join the server (XEP-0114), whether they are there, and what they may do. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ComponentListing, ComponentSummary } from '../../server/control/contract.ts';
import { AddBridge } from '../parts/add-bridge.tsx';
import { BridgeGrants } from '../parts/bridge-grants.tsx';
import { BridgesTable } from '../parts/bridges-table.tsx';
import { Icon } from '../parts/icons.tsx';
import { LoadFailure, Loading, Notice } from '../parts/notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { RemoveBridge } from '../parts/remove-bridge.tsx';
import { RenewSecret } from '../parts/renew-secret.tsx';
import { sentenceOf, useClient, useComponents } from '../queries.ts';
import { pageAddress } from '../route.ts';
import { serverAddress } from '../server-address.ts';
import { texts } from '../texts.ts';
import own from './bridges.module.css';
import css from './page.module.css';

const words = texts.bridges;

/** What is done to a bridge in a dialog of its own. */
export type BridgeTask = 'grants' | 'renew' | 'remove';

interface Open {
  readonly task: BridgeTask;
  readonly domain: string;
}

export function BridgesPage() {
  const components = useComponents();
  const isOnline = useClient() !== undefined;
  const [isAdding, setAdding] = useState(false);
  const [open, setOpen] = useState<Open>();
  const { data } = components;
  const openFor = (task: BridgeTask): ComponentSummary | undefined =>
    open?.task === task ? data?.components.find(({ domain }) => domain === open.domain) : undefined;
  const close = (): void => setOpen(undefined);

  return (
    <>
      <PageHead title={texts.pages.bridges} text={data === undefined ? undefined : <Intro listing={data} />}>
        <Button leftSection={<Icon name="plus" />} disabled={!isOnline} onClick={() => setAdding(true)}>
          {words.add}
        </Button>
      </PageHead>
      <div className={css.sheet}>
        {data === undefined ? (
          components.isError ? (
            <LoadFailure sentence={sentenceOf(components.error)} retry={() => void components.refetch()} />
          ) : (
            <div className={css.padded}>
              <Loading rows={4} />
            </div>
          )
        ) : data.components.length > 0 ? (
          <BridgesTable components={data.components} begin={(task, domain) => setOpen({ task, domain })} />
        ) : (
          <Notice icon="bridges" title={words.empty} text={words.emptyText} />
        )}
      </div>
      <AddBridge isOpen={isAdding} close={() => setAdding(false)} />
      <BridgeGrants component={openFor('grants')} close={close} />
      <RenewSecret component={openFor('renew')} close={close} />
      <RemoveBridge component={openFor('remove')} close={close} />
    </>
  );
}

/** The port is open while there are bridges, unless the settings say otherwise. */
function Intro({ listing }: { readonly listing: ComponentListing }) {
  const { address, port, components } = listing;
  if (components.length === 0) return words.intro;
  if (port !== null) return words.connectTo(serverAddress(address), port);
  return (
    <span className={own.off}>
      {words.portOff} <a href={pageAddress('settings')}>{words.portSetting}</a>
    </span>
  );
}

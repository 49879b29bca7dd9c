/** Other Snug servers of the network: found by themselves, agreed on by both hosts. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { PairedServerSummary, PairsOverview } from '../../server/control/contract.ts';
import { sentenceOf, useClient, useDeed, usePairs } from '../queries.ts';
import { pageAddress } from '../route.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { Card } from './card.tsx';
import { EndPair } from './end-pair.tsx';
import { LoadFailure, Loading } from './notice.tsx';
import { PairDialog } from './pair-dialog.tsx';
import css from './paired-servers.module.css';
import { tell, tellFailure } from './tell.ts';

const words = texts.pairs;

type Asked = { readonly about: 'consent' | 'end'; readonly server: PairedServerSummary };

export function PairedServers() {
  const pairs = usePairs();
  const { data } = pairs;
  return (
    <Card title={words.title} text={words.text}>
      {data === undefined ? (
        pairs.isError ? (
          <LoadFailure sentence={sentenceOf(pairs.error)} retry={() => void pairs.refetch()} />
        ) : (
          <Loading rows={3} />
        )
      ) : (
        <Servers overview={data} />
      )}
    </Card>
  );
}

function Servers({ overview }: { readonly overview: PairsOverview }) {
  const { servers, why, isFederating } = overview;
  const [asked, ask] = useState<Asked>();
  const close = (): void => ask(undefined);
  const isUseless = !isFederating && servers.some(({ state }) => state === 'paired');
  return (
    <>
      {why === undefined ? null : (
        <p className={css.hint}>
          {why} <a href={pageAddress('network')}>{words.toNetwork}</a>
        </p>
      )}
      {isUseless ? <p className={css.hint}>{words.switchedOff}</p> : null}
      <p className={css.own}>
        {words.own} <strong>{overview.words}</strong>
      </p>
      {servers.length === 0 ? (
        <p className={css.empty}>
          <strong>{words.empty}</strong> {words.emptyText}
        </p>
      ) : (
        <ul className={css.list} aria-label={words.list}>
          {servers.map((server) => (
            <Server key={`${server.domain} ${server.fingerprint}`} server={server} ask={ask} />
          ))}
        </ul>
      )}
      {/* What was on the page when somebody pressed the button is what they compare and agree to. */}
      <PairDialog overview={overview} server={asked?.about === 'consent' ? asked.server : undefined} close={close} />
      <EndPair server={asked?.about === 'end' ? asked.server : undefined} close={close} />
    </>
  );
}

function Server({ server, ask }: { readonly server: PairedServerSummary; readonly ask: (asked: Asked) => void }) {
  const { domain, state, addresses, since, until, impostors, failure } = server;
  return (
    <li className={css.server} data-state={state}>
      <div className={css.names}>
        <span className={css.name}>{domain}</span>
        <span className={css.about}>
          <span className={server.isConnected ? css.connected : ''}>{words.states[shownState(server)]}</span>
          {addresses.length === 0 ? '' : ` · ${addresses.join(', ')}`}
          {since === undefined ? null : (
            <>
              {' · '}
              {state === 'asking' ? words.asked : words.paired} <Ago iso={since} />
            </>
          )}
          {until === undefined ? null : ` · ${words.until} ${until.slice(0, 10)}`}
        </span>
      </div>
      <Deeds server={server} ask={ask} />
      {failure === undefined ? null : <p className={css.warn}>{failure}</p>}
      {impostors.map(({ address }) => (
        <p key={address} className={css.warn}>
          {words.impostor(address, domain)}
        </p>
      ))}
    </li>
  );
}

function Deeds({ server, ask }: { readonly server: PairedServerSummary; readonly ask: (asked: Asked) => void }) {
  const { domain, fingerprint, state } = server;
  const isOnline = useClient() !== undefined;
  const refuse = useDeed((client, _: undefined) => client.pairs.refuse({ domain, fingerprint }), ['pairs']);
  const withdraw = useDeed((client, _: undefined) => client.pairs.remove({ domain }), ['pairs']);
  const isBusy = !isOnline || refuse.isPending || withdraw.isPending;
  const button = { size: 'xs', disabled: isBusy } as const;
  // The row may be another one before the answer is there, and callbacks given to `mutate` gone with it.
  const carryOut = (deed: typeof refuse, told: string): void => {
    deed.mutateAsync(undefined).then(() => tell(told), tellFailure);
  };
  return (
    <div className={css.deeds}>
      {state === 'found' ? (
        <Button
          {...button}
          variant="default"
          aria-label={words.connectTo(domain)}
          onClick={() => ask({ about: 'consent', server })}
        >
          {words.connect}
        </Button>
      ) : null}
      {state === 'asked' ? (
        <>
          <Button
            {...button}
            variant="default"
            aria-label={words.refuseTo(domain)}
            onClick={() => carryOut(refuse, words.refused(domain))}
          >
            {words.refuse}
          </Button>
          <Button {...button} aria-label={words.agreeTo(domain)} onClick={() => ask({ about: 'consent', server })}>
            {words.agree}
          </Button>
        </>
      ) : null}
      {state === 'asking' ? (
        <Button
          {...button}
          variant="default"
          aria-label={words.withdrawFrom(domain)}
          onClick={() => carryOut(withdraw, words.withdrawn(domain))}
        >
          {words.withdraw}
        </Button>
      ) : null}
      {state === 'paired' ? (
        <Button
          {...button}
          variant="default"
          aria-label={words.endWith(domain)}
          onClick={() => ask({ about: 'end', server })}
        >
          {words.end}
        </Button>
      ) : null}
    </div>
  );
}

function shownState({ state, isConnected, addresses, hasEnded }: PairedServerSummary): keyof typeof words.states {
  if (state !== 'paired') return state;
  if (isConnected) return 'connected';
  if (hasEnded) return 'ended';
  return addresses.length === 0 ? 'away' : 'paired';
}

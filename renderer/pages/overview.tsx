/** Overview: how the server is, how to reach it, who is there. */
import type { ReactNode } from 'react';
import type { ServerState, Status } from '../../server/control/contract.ts';
import { useNow } from '../clock.ts';
import { desktop } from '../desktop.ts';
import { formatBytes, formatCount, formatDuration, formatSince } from '../format.ts';
import { CertificateCard } from '../parts/certificate-card.tsx';
import { ConnectCard } from '../parts/connect-card.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { InviteButton } from '../parts/invite-button.tsx';
import { LoadFailure, Loading, Notice } from '../parts/notice.tsx';
import { OnlineCard } from '../parts/online-card.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { ProblemList } from '../parts/problem-list.tsx';
import { ServerButtons } from '../parts/server-buttons.tsx';
import { TrafficCard } from '../parts/traffic-card.tsx';
import { sentenceOf, useFileUsage, useSessions, useStatus } from '../queries.ts';
import { pageAddress } from '../route.ts';
import { stateReason, useServerState } from '../server-state.ts';
import { texts } from '../texts.ts';
import css from './overview.module.css';

const words = texts.overview;

export function OverviewPage() {
  const status = useStatus();
  const sessions = useSessions();
  const state = useServerState();
  const { data } = status;
  return (
    <>
      <PageHead
        title={words.kinds[state.kind]}
        text={data === undefined ? stateReason(state) : <Address domain={data.domain} />}
      >
        <ServerButtons state={state} />
        {data === undefined ? null : <InviteButton />}
      </PageHead>
      {data === undefined ? (
        <NothingYet status={status} state={state} />
      ) : (
        <>
          <ProblemList problems={data.problems} page="overview" />
          <Facts status={data} />
          <div className={css.columns}>
            <div className={css.wide}>
              <OnlineCard sessions={sessions.data} failure={sessions.error} retry={() => void sessions.refetch()} />
              <ConnectCard status={data} />
            </div>
            <div className={css.narrow}>
              <TrafficCard status={data} />
              <CertificateCard certificate={data.certificate} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

interface NothingYetProps {
  readonly status: ReturnType<typeof useStatus>;
  readonly state: ServerState;
}

/** Before the server has said anything: where it does not run, waiting for it would never end. */
function NothingYet({ status, state }: NothingYetProps) {
  if (desktop() !== undefined && (state.kind === 'needs-setup' || state.kind === 'stopped')) {
    const { title, text } = words.resting[state.kind];
    return <Notice icon="play" title={title} text={text} />;
  }
  if (status.isError) return <LoadFailure sentence={sentenceOf(status.error)} retry={() => void status.refetch()} />;
  return <Loading rows={8} />;
}

function Address({ domain }: { readonly domain: string }) {
  return (
    <span className={css.address}>
      {words.signInAt} <strong>{domain}</strong>
      <CopyButton text={domain} what={words.address} />
    </span>
  );
}

function Facts({ status }: { readonly status: Status }) {
  const nowMs = useNow();
  const { facts } = words;
  const filesBytes = useFileUsage().data?.bytes ?? 0;
  return (
    <dl className={css.facts}>
      <Fact name={facts.online} value={formatCount(status.onlineAccounts)} hint={facts.devices(status.sessions)} />
      <Fact
        name={facts.uptime}
        value={formatDuration(Math.max(0, nowMs - Date.parse(status.startedAt)))}
        hint={facts.since(formatSince(status.startedAt, nowMs))}
      />
      <Fact
        name={facts.accounts}
        value={formatCount(status.accounts)}
        hint={<a href={pageAddress('people')}>{facts.accountsHint}</a>}
      />
      <Fact
        name={facts.storage}
        value={formatBytes(status.storageBytes + filesBytes)}
        hint={
          filesBytes === 0 ? (
            facts.storageHint
          ) : (
            <a href={pageAddress('files')}>{facts.storageFiles(formatBytes(filesBytes))}</a>
          )
        }
      />
    </dl>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly hint: ReactNode;
}

function Fact({ name, value, hint }: FactProps) {
  return (
    <div className={css.fact}>
      <dt className={css.factName}>{name}</dt>
      <dd className={css.factValue}>{value}</dd>
      <dd className={css.factHint}>{hint}</dd>
    </div>
  );
}

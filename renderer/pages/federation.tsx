/** Federation: chatting with other servers; what that needs, who may, and with whom it happens. */
import type { FederationOverview } from '../../server/control/contract.ts';
import { DomainExplained } from '../parts/domain-explained.tsx';
import { DomainSteps } from '../parts/domain-steps.tsx';
import { FederationPolicy } from '../parts/federation-policy.tsx';
import { FederationSwitch } from '../parts/federation-switch.tsx';
import { LoadFailure, Loading } from '../parts/notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { PairedServers } from '../parts/paired-servers.tsx';
import { PeersCard } from '../parts/peers-card.tsx';
import { PinsCard } from '../parts/pins-card.tsx';
import { ProblemList } from '../parts/problem-list.tsx';
import { pageOfProblem } from '../problem-pages.ts';
import { sentenceOf, useFederation, useStatus } from '../queries.ts';
import { texts } from '../texts.ts';
import css from './federation.module.css';

export function FederationPage() {
  const federation = useFederation();
  const { data } = federation;
  return (
    <>
      <PageHead title={texts.pages.federation} text={texts.federation.intro} />
      {data === undefined ? (
        federation.isError ? (
          <LoadFailure sentence={sentenceOf(federation.error)} retry={() => void federation.refetch()} />
        ) : (
          <Loading rows={8} />
        )
      ) : (
        <Everything federation={data} />
      )}
    </>
  );
}

function Everything({ federation }: { readonly federation: FederationOverview }) {
  const { data: status } = useStatus();
  const problems = status?.problems.filter((problem) => pageOfProblem(problem) === 'federation') ?? [];
  const { isPossible, isLocal, domain } = federation;
  return (
    <>
      <ProblemList problems={problems} page="federation" />
      <div className={css.cards}>
        <FederationSwitch federation={federation} />
        {isLocal ? <PairedServers /> : null}
        {isLocal ? <DomainExplained domain={domain} /> : <DomainSteps federation={federation} />}
        {isPossible ? (
          <>
            <PeersCard federation={federation} />
            <FederationPolicy />
            <PinsCard />
            {isLocal ? null : <PairedServers />}
          </>
        ) : null}
      </div>
    </>
  );
}

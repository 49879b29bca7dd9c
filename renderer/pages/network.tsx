/** Network: names, ports and interfaces, whether people find the server, and how they come to trust it. */
import { InterfacesCard } from '../parts/interfaces-card.tsx';
import { NamesCard } from '../parts/names-card.tsx';
import { LoadFailure, Loading } from '../parts/notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { PortsCard } from '../parts/ports-card.tsx';
import { ProblemList } from '../parts/problem-list.tsx';
import { TrustCard } from '../parts/trust-card.tsx';
import { VisibleCard } from '../parts/visible-card.tsx';
import { sentenceOf, useNetwork } from '../queries.ts';
import { texts } from '../texts.ts';
import css from './network.module.css';

export function NetworkPage() {
  const network = useNetwork();
  const { data } = network;
  return (
    <>
      <PageHead title={texts.pages.network} text={texts.network.intro} />
      {data === undefined ? (
        network.isError ? (
          <LoadFailure sentence={sentenceOf(network.error)} retry={() => void network.refetch()} />
        ) : (
          <Loading rows={8} />
        )
      ) : (
        <>
          <ProblemList problems={data.problems} page="network" />
          <div className={css.columns}>
            <div className={css.column}>
              <NamesCard network={data} />
              <InterfacesCard interfaces={data.interfaces} />
              <PortsCard ports={data.ports} />
            </div>
            <div className={css.column}>
              <VisibleCard network={data} />
              <TrustCard />
            </div>
          </div>
        </>
      )}
    </>
  );
}

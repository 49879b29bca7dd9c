/** Under which names and addresses the server is known. */
import type { NetworkSummary } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';
import { Card } from './card.tsx';
import css from './connect-card.module.css';
import { CopyButton } from './copy-button.tsx';
import { Fact, Facts } from './facts.tsx';

const words = texts.network.names;

export function NamesCard({ network }: { readonly network: NetworkSummary }) {
  const { domain, rooms, hostName, joinPage, addresses } = network;
  return (
    <Card title={words.title} text={words.text}>
      <Facts>
        <Fact name={words.domain} value={domain} copied={words.domainName} />
        <Fact name={words.rooms} value={rooms} copied={words.roomsName} />
        {hostName === domain ? null : <Fact name={words.host} value={hostName} copied={words.hostName} />}
        <Fact name={words.joinPage} value={joinPage} copied={words.joinPageName}>
          <span className={css.none}>{words.closed}</span>
        </Fact>
        <Fact name={words.addresses}>
          {addresses.length === 0 ? (
            <span className={css.none}>{words.noAddress}</span>
          ) : (
            <ul className={css.addresses}>
              {addresses.map((address) => (
                <li key={address}>
                  <span className={css.value}>{address}</span>
                  <CopyButton text={address} what={words.addressName(address)} />
                </li>
              ))}
            </ul>
          )}
        </Fact>
      </Facts>
    </Card>
  );
}

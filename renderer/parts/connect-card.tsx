/** What somebody types into an app, if the app asks at all. */
import type { ReactNode } from 'react';
import type { Status } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';
import { Card } from './card.tsx';
import css from './connect-card.module.css';
import { CopyButton } from './copy-button.tsx';

const words = texts.overview.connect;

export function ConnectCard({ status }: { readonly status: Status }) {
  const { domain, ports, addresses, joinPage } = status;
  const example = words.example(domain);
  return (
    <Card title={words.title} text={words.text}>
      <dl className={css.list}>
        <Row name={words.signIn}>
          <span className={css.value}>{example}</span>
          <CopyButton text={example} what={words.name} />
        </Row>
        <Row name={words.host}>
          <span className={css.value}>{domain}</span>
          <CopyButton text={domain} what={words.hostName} />
        </Row>
        <Row name={words.port}>
          <span className={css.value}>{ports.c2s ?? words.off}</span>
        </Row>
        <Row name={words.directTls}>
          <span className={css.value}>{ports.c2sTls ?? words.off}</span>
        </Row>
        <Row name={words.joinPage}>
          {joinPage === undefined ? (
            <span className={css.none}>{words.off}</span>
          ) : (
            <>
              <span className={css.value}>{joinPage}</span>
              <CopyButton text={joinPage} what={words.joinPageName} />
            </>
          )}
        </Row>
        <Row name={words.addresses}>
          <Addresses addresses={addresses} />
        </Row>
      </dl>
    </Card>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={css.row}>
      <dt className={css.name}>{name}</dt>
      <dd className={css.content}>{children}</dd>
    </div>
  );
}

function Addresses({ addresses }: { readonly addresses: readonly string[] }) {
  if (addresses.length === 0) return <span className={css.none}>{words.noAddress}</span>;
  return (
    <ul className={css.addresses}>
      {addresses.map((address) => (
        <li key={address}>
          <span className={css.value}>{address}</span>
          <CopyButton text={address} what={words.addressName(address)} />
        </li>
      ))}
    </ul>
  );
}
